import { LabError } from '../../core/error.ts';
import type { LoadOptions } from '../../core/engine/engine.ts';
import type { FileStore } from './file-store.ts';
import { transferOf, wholeTransfer, type Transfer, type Wanted } from './transfer.ts';

/** Fetches all files that are not completely stored, one after another, and reports total progress. */
export async function downloadAll(
  store: FileStore,
  model: string,
  wanted: Wanted[],
  { onProgress, signal }: LoadOptions,
  fetcher: typeof fetch = fetch,
): Promise<void> {
  const totalBytes = wanted.reduce((sum, { bytes }) => sum + bytes, 0);
  let before = 0;
  for (const file of wanted) {
    const report = (stored: number) =>
      onProgress?.({ stage: 'Fetching the model', loadedBytes: before + stored, totalBytes });
    await downloadFile(store, model, file, report, signal, fetcher);
    before += file.bytes;
    report(0);
  }
}

/**
 * Fetches one file into the store, resuming where an earlier attempt stopped when the server can send a part. Nothing
 * is fetched if the file is stored completely and unchanged (with the given hash, if any). What the browser evicted or
 * damaged is fetched again.
 * @throws {LabError} `network`, `missing-file`, `hash-mismatch`, `quota` or `cancelled`.
 */
export async function downloadFile(
  store: FileStore,
  model: string,
  wanted: Wanted,
  onProgress: (stored: number) => void,
  signal?: AbortSignal,
  fetcher: typeof fetch = fetch,
): Promise<void> {
  const { path, bytes } = wanted;
  const sha256 = wanted.sha256?.toLowerCase();
  const [condition, found] = await Promise.all([store.condition(model, path, wanted), store.file(model, path)]);
  let held = found;
  if (held && condition === 'whole' && (!sha256 || held.sha256 === sha256)) {
    onProgress(held.bytes);
    return;
  }
  if (held && (condition !== 'part' || (bytes > 0 && held.bytes > 0 && held.bytes !== bytes))) {
    await store.removeFile(model, path);
    held = undefined;
  }
  const have = held?.segments.reduce((a, b) => a + b, 0) ?? 0;
  const keep = async ({ body, total, version }: Transfer) =>
    store.append({ model, path, bytes: total, ...(version === undefined ? {} : { version }) }, body, {
      onProgress,
      ...(sha256 ? { sha256 } : {}),
      ...(signal ? { signal } : {}),
    });
  if (held && have > 0 && have === bytes) {
    return keep({ from: have, body: new Blob().stream(), total: bytes, version: undefined });
  }
  const asked = { ...wanted, signal, fetcher };
  const part = held && { ...held, have, tail: (length: number) => store.tail(model, path, length) };
  const transfer = await transferOf(asked, part);
  if (part && transfer.from === 0) await store.removeFile(model, path);
  try {
    await keep(transfer);
  } catch (error) {
    // For example a part of another version: the store dropped it, and the whole file may be valid.
    if (transfer.from === 0 || !(error instanceof LabError) || (await store.file(model, path))) throw error;
    await keep(await wholeTransfer(asked));
  }
  if (bytes > 0 || sha256 || (await store.file(model, path))?.bytes !== 0) return;
  await store.removeFile(model, path);
  throw new LabError({
    code: 'network',
    where: wanted.url,
    what: 'The server sent an empty file.',
    todo: 'Check the address, then try again.',
  });
}
