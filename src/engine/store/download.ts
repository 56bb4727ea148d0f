import { z } from 'zod';
import { LabError } from '../../error.ts';
import type { LoadOptions } from '../engine.ts';
import { checkJson } from '../files.ts';
import type { FileStore } from './file-store.ts';

/** A list of a model's files with their sizes and hashes, beside them as `manifest.json`. */
export const manifestSchema = z.looseObject({
  name: z.string().optional(),
  files: z
    .array(
      z.looseObject({
        path: z.string().refine(isSafePath, 'is not a relative path inside the folder'),
        bytes: z.int().nonnegative(),
        sha256: z.string().regex(/^[0-9a-fA-F]{64}$/),
      }),
    )
    .min(1),
});
export type Manifest = z.infer<typeof manifestSchema>;

export function isSafePath(path: string): boolean {
  return path !== '' && !path.startsWith('/') && !path.includes('\\') && !path.split('/').some((part) => part === '..' || part === '.' || part === '');
}

export function parseManifest(text: string, where: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw LabError.from(error, { code: 'bad-file', where, what: 'The manifest is not valid JSON' });
  }
  return checkJson(manifestSchema, value, where);
}

export interface Wanted {
  path: string;
  url: string;
  bytes: number;
  sha256?: string;
}

/** Fetches all files that are not stored yet, one after another, and says how far all of them are. */
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
    const report = (stored: number) => onProgress?.({ stage: 'Fetching the model', loadedBytes: before + stored, totalBytes });
    await downloadFile(store, model, file, report, signal, fetcher);
    before += file.bytes;
    report(0);
  }
}

/**
 * Fetches one file into the store, going on where an earlier attempt stopped when the server can send a part. Nothing
 * is fetched when the file is there (with the wanted hash, where one is given).
 */
export async function downloadFile(
  store: FileStore,
  model: string,
  { path, url, bytes, sha256 }: Wanted,
  onProgress: (stored: number) => void,
  signal?: AbortSignal,
  fetcher: typeof fetch = fetch,
): Promise<void> {
  let held = await store.file(model, path);
  if (held?.complete && (!sha256 || held.sha256 === sha256.toLowerCase())) return onProgress(held.bytes);
  if (held && (held.complete || (bytes > 0 && held.bytes > 0 && held.bytes !== bytes))) {
    await store.removeFile(model, path);
    held = undefined;
  }
  const have = held?.segments.reduce((a, b) => a + b, 0) ?? 0;
  if (have > 0 && have === bytes) {
    await store.append({ model, path, bytes }, new ReadableStream({ start: (c) => c.close() }), withDefined({ sha256, signal }));
    return;
  }

  const headers: Record<string, string> = have > 0 ? { Range: `bytes=${have}-` } : {};
  if (have > 0 && held?.version) headers['If-Range'] = held.version;
  const response = await request(fetcher, url, headers, signal);
  const resumed = have > 0 && response.status === 206;
  if (have > 0 && !resumed) await store.removeFile(model, path);
  const length = Number(response.headers.get('content-length') ?? 0);
  const encoded = response.headers.has('content-encoding');
  const total = bytes || (length && !encoded ? length + (resumed ? have : 0) : 0);
  const version = response.headers.get('etag') ?? response.headers.get('last-modified') ?? undefined;
  // A weak ETag can't vouch for single bytes.
  const strong = version?.startsWith('W/') ? undefined : version;
  await store.append(
    withDefined({ model, path, bytes: total, version: strong }),
    response.body ?? new ReadableStream({ start: (c) => c.close() }),
    withDefined({ sha256, onProgress, signal }),
  );
}

async function request(fetcher: typeof fetch, url: string, headers: Record<string, string>, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetcher(url, withDefined({ headers, signal, cache: 'no-store' as const }));
  } catch (error) {
    if (signal?.aborted) throw LabError.cancelled();
    throw LabError.from(error, {
      code: 'network',
      where: url,
      what: 'It could not be fetched',
      todo: 'Check the connection, and that the server allows other sites to read it (CORS).',
    });
  }
  if (response.status === 416) return new Response(null, { status: 206 });
  if (response.ok) return response;
  void response.body?.cancel();
  throw new LabError({
    code: response.status === 404 ? 'missing-file' : 'network',
    where: url,
    what: `The server answered ${response.status}${response.statusText ? ` ${response.statusText}` : ''}.`,
    todo: response.status === 404 ? 'Check the address; a model folder is given by its own address, not a page about it.' : 'Try again later, or check that the address needs no login.',
  });
}

/** Drops undefined members, which exact optional types refuse. */
function withDefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };
}
