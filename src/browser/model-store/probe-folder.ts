import { z } from 'zod';
import { LabError } from '../../core/error.ts';
import { SIDE_FILES } from '../../core/formats/checkpoint/side-files.ts';
import { missingFile, type ModelFile } from '../../core/engine/files.ts';
import { GRAPHS } from '../../engines/transformers/variants.ts';
import { isSafePath } from '../../core/formats/manifest.ts';

/** What `probeFolder` found is kept under this name, so that a stored model has a list without its server. */
export const LISTING = '.listing.json';

const MAX_DATA_FILES = 100;

export interface Probe {
  /** Folder address, ending in a slash. */
  url: string;
  signal: AbortSignal | undefined;
  fetcher: typeof fetch;
}

/**
 * Finds out what a folder without a manifest holds, by asking for the names that a model folder has.
 * @throws {LabError} `missing-file` when there is no config.json, `network` when the server fails, or `cancelled`.
 */
export async function probeFolder(probe: Probe): Promise<ModelFile[]> {
  const config = await probeFile(probe, 'config.json');
  if (!config) throw missingFile(probe.url, 'config.json');
  const rest = SIDE_FILES.filter((path) => path !== 'config.json').map(async (path) => [await probeFile(probe, path)]);
  const found = await Promise.all([...rest, ...GRAPHS.map((path) => probeGraph(probe, path))]);
  return [config, ...found.flat().filter((file) => file !== undefined)];
}

/** A graph and the files of weights beside it. */
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
 * A file and its size, 0 while that is unknown; undefined where it does not exist. Servers that do not answer HEAD
 * (storage behind a signed address, say) are asked for the first byte.
 */
async function probeFile(probe: Probe, path: string): Promise<ModelFile | undefined> {
  const head = await ask(probe, path, { method: 'HEAD' });
  const refused = head === undefined || [400, 401, 403, 405, 501].includes(head.status);
  const response = refused ? await ask(probe, path, { headers: { Range: 'bytes=0-0' } }) : head;
  void response?.body?.cancel().catch(() => {});
  // Servers often leave the headers for other sites out of a 404, so that the page sees a failure instead.
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
  // Text is often compressed on the way, and across origins a page cannot see that: the length is no size then.
  if (headers.has('content-encoding') || (type === 'cors' && /\.(json|jinja)$/.test(path))) return 0;
  const length =
    status === 206 ? /\/(\d+)\s*$/.exec(headers.get('content-range') ?? '')?.[1] : headers.get('content-length');
  const bytes = Number(length ?? 0);
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : 0;
}

const listingSchema = z.array(z.object({ path: z.string().refine(isSafePath), bytes: z.int().nonnegative() }));

/** A stored listing; undefined where it is damaged. */
export function parseListing(text: string): ModelFile[] | undefined {
  try {
    return listingSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
