import { z } from 'zod';
import { LabError } from '../../core/error.ts';
import { tryParseJson } from '../../core/json.ts';
import { SIDE_FILES } from '../../core/formats/checkpoint/side-files.ts';
import { missingFile, type ModelFile } from '../../core/engine/files.ts';
import { GRAPHS } from '../../engines/transformers/variants.ts';
import { isSafePath } from '../../core/formats/manifest.ts';

/** The result of `probeFolder` is stored under this name, so that a stored model has a list while offline. */
export const LISTING = '.listing.json';

const MAX_DATA_FILES = 100;

export interface Probe {
  /** Folder URL, ending in a slash. */
  url: string;
  signal: AbortSignal | undefined;
  fetcher: typeof fetch;
}

/**
 * Lists a folder without a manifest by requesting the usual names of model files.
 * @throws {LabError} `missing-file` when there is no config.json, `network` when the server fails, or `cancelled`.
 */
export async function probeFolder(probe: Probe): Promise<ModelFile[]> {
  const config = await probeFile(probe, 'config.json');
  if (!config) throw missingFile(probe.url, 'config.json');
  const rest = SIDE_FILES.filter((path) => path !== 'config.json').map(async (path) => [await probeFile(probe, path)]);
  const found = await Promise.all([...rest, ...GRAPHS.map((path) => probeGraph(probe, path))]);
  return [config, ...found.flat().filter((file) => file !== undefined)];
}

/** A graph and its external weight files. */
async function probeGraph(probe: Probe, path: string): Promise<ModelFile[]> {
  const graph = await probeFile(probe, path);
  if (!graph) return [];
  const files = [graph];
  for (let i = 0; i < MAX_DATA_FILES; i++) {
    const data = await probeFile(probe, `${path}_data${i === 0 ? '' : `_${i}`}`);
    if (!data) break;
    files.push(data);
  }
  return files;
}

/**
 * A file and its size, 0 if unknown; undefined if it does not exist. Servers that do not answer HEAD (e.g. storage
 * behind a signed URL) are asked for the first byte.
 */
async function probeFile(probe: Probe, path: string): Promise<ModelFile | undefined> {
  const head = await ask(probe, path, { method: 'HEAD' });
  const refused = head === undefined || [400, 401, 403, 405, 501].includes(head.status);
  const response = refused ? await ask(probe, path, { headers: { Range: 'bytes=0-0' } }) : head;
  void response?.body?.cancel().catch(() => {});
  // Servers often omit CORS headers from a 404, so that the page sees a network failure instead.
  if (!response) return undefined;
  if (response.status === 429 || response.status >= 500) {
    throw new LabError({
      code: 'network',
      where: new URL(path, probe.url).href,
      what: `The server answered ${response.status}.`,
      todo: 'Try again later.',
      status: response.status,
      retryable: true,
    });
  }
  if (!response.ok || /^\s*text\/html/i.test(response.headers.get('content-type') ?? '')) return undefined;
  return { path, bytes: sizeOf(response, path) };
}

async function ask({ url, signal, fetcher }: Probe, path: string, init: RequestInit): Promise<Response | undefined> {
  try {
    return await fetcher(new URL(path, url).href, { ...init, ...(signal ? { signal } : {}) });
  } catch {
    if (signal?.aborted) throw LabError.cancelled();
    return undefined;
  }
}

function sizeOf({ status, headers, type }: Response, path: string): number {
  // Text is often compressed in transit, which a page cannot see across origins: then the length is not the size.
  if (headers.has('content-encoding') || (type === 'cors' && /\.(json|jinja)$/.test(path))) return 0;
  const length =
    status === 206 ? /\/(\d+)\s*$/.exec(headers.get('content-range') ?? '')?.[1] : headers.get('content-length');
  const bytes = Number(length ?? 0);
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : 0;
}

const listingSchema = z.array(z.object({ path: z.string().refine(isSafePath), bytes: z.int().nonnegative() }));

/** A stored listing; undefined if it is damaged. */
export function parseListing(text: string): ModelFile[] | undefined {
  return listingSchema.safeParse(tryParseJson(text)).data;
}
