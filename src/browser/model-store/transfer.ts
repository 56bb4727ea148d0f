import { LabError } from '../../core/error.ts';

/** A file to fetch. */
export interface Wanted {
  path: string;
  url: string;
  /** Size of the whole file in bytes; 0 if unknown. */
  bytes: number;
  sha256?: string;
  /** Trust a stored file of the right size without verification, e.g. to read its header. */
  unchecked?: boolean;
}

/** A response body that belongs into the file at offset `from`. */
export interface Transfer {
  from: number;
  body: ReadableStream<Uint8Array>;
  /** Of the whole file; 0 while unknown. */
  total: number;
  /** The server's version of the file. */
  version: string | undefined;
}

/** The stored part of an earlier attempt. */
export interface Part {
  have: number;
  /** Bytes of the whole file; 0 while unknown. */
  bytes: number;
  version?: string;
  /** Its last bytes. */
  tail(length: number): Promise<Uint8Array>;
}

export interface Asked extends Wanted {
  signal: AbortSignal | undefined;
  fetcher: typeof fetch;
}

/**
 * The rest of a file if the server sends exactly that, else the whole file. A rest is accepted only if the server still
 * has the last received bytes, and sends the right range of the same version, as far as it lets a page see that. All
 * requests are simple ones (no `If-Range`), because many servers refuse the preflight of others.
 */
export async function transferOf(asked: Asked, part: Part | undefined): Promise<Transfer> {
  if (!part) return wholeTransfer(asked);
  const response = await ask(asked, `bytes=${part.have}-`);
  if (response?.status === 206 && isTheRest(response, part, asked) && (await isSameSoFar(asked, part))) {
    return {
      ...transferFrom(response, asked),
      from: part.have,
      total: asked.bytes || part.bytes || rangeOf(response)?.total || 0,
    };
  }
  // A server that does not support ranges sends the whole file.
  if (response?.status === 200) return sound(response, asked);
  void response?.body?.cancel().catch(() => {});
  return wholeTransfer(asked);
}

/**
 * The file from its first byte.
 * @throws {LabError} `network`, `missing-file` or `cancelled`.
 */
export async function wholeTransfer(asked: Asked): Promise<Transfer> {
  const { url, signal, fetcher } = asked;
  let response: Response;
  try {
    response = await fetcher(url, { cache: 'no-store', ...(signal ? { signal } : {}) });
  } catch (error) {
    if (signal?.aborted) throw LabError.cancelled();
    throw LabError.from(error, {
      code: 'network',
      where: url,
      what: 'It could not be fetched',
      todo:
        'Check the connection, then try again. A file on another site can be read only where that site allows it ' +
        '(CORS).',
      retryable: true,
    });
  }
  return sound(response, asked);
}

/** How many of the last bytes are compared before a file is resumed. */
const COMPARED = 4096;

async function isSameSoFar(asked: Asked, part: Part): Promise<boolean> {
  const tail = await part.tail(COMPARED);
  const response = await ask(asked, `bytes=${part.have - tail.length}-${part.have - 1}`);
  if (response?.status !== 206) {
    void response?.body?.cancel().catch(() => {});
    return false;
  }
  const bytes = await firstBytes(response, tail.length + 1);
  return bytes.length === tail.length && bytes.every((byte, i) => byte === tail[i]);
}

/** At most `length` bytes of a response; fewer if it breaks off. */
async function firstBytes(response: Response, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let at = 0;
  const reader = response.body?.getReader();
  while (reader && at < length) {
    const { done, value } = await reader.read().catch(() => ({ done: true as const, value: undefined }));
    if (done) break;
    const taken = value.subarray(0, length - at);
    bytes.set(taken, at);
    at += taken.length;
  }
  void reader?.cancel().catch(() => {});
  return bytes.subarray(0, at);
}

/**
 * Requests a range; undefined if it fails, because the whole file may still be available.
 * @throws {LabError} `cancelled`.
 */
async function ask({ url, signal, fetcher }: Asked, range: string): Promise<Response | undefined> {
  try {
    return await fetcher(url, { headers: { Range: range }, cache: 'no-store', ...(signal ? { signal } : {}) });
  } catch {
    if (signal?.aborted) throw LabError.cancelled();
    return undefined;
  }
}

/** Whether a 206 is the requested rest. Across origins a page may not see every header. */
function isTheRest(response: Response, { have, bytes: known, version }: Part, { bytes: wanted }: Asked): boolean {
  // Ranges of compressed content count compressed bytes.
  if (response.headers.has('content-encoding') || isPage(response)) return false;
  const total = wanted || known;
  const range = rangeOf(response);
  if (range) {
    if (range.from !== have || (total > 0 && range.total !== undefined && range.total !== total)) return false;
    if (range.total !== undefined && range.to !== range.total - 1) return false;
    if (total > 0 && range.to !== total - 1) return false;
  } else if (response.headers.has('content-range')) return false;
  const length = lengthOf(response);
  if (total > 0 && length > 0 && length !== total - have) return false;
  const now = versionOf(response, version);
  return version === undefined || now === undefined || now === version;
}

function rangeOf(response: Response): { from: number; to: number; total: number | undefined } | undefined {
  const [, from, to, total] =
    /^\s*bytes\s+(\d+)-(\d+)\/(\d+|\*)\s*$/i.exec(response.headers.get('content-range') ?? '') ?? [];
  if (from === undefined || to === undefined) return undefined;
  return { from: Number(from), to: Number(to), total: total === '*' ? undefined : Number(total) };
}

/** ETag or date, whichever `like` is. A weak ETag does not identify bytes. */
function versionOf({ headers }: Response, like?: string): string | undefined {
  const etag = headers.get('etag') ?? undefined;
  const strong = etag?.startsWith('W/') ? undefined : etag;
  const date = headers.get('last-modified') ?? undefined;
  if (like === undefined) return strong ?? date;
  return like.startsWith('"') ? strong : date;
}

function transferFrom(response: Response, { bytes }: Asked): Omit<Transfer, 'from'> {
  const length = lengthOf(response);
  // Across origins a page sees the length but not whether it is of compressed content.
  const exact = !response.headers.has('content-encoding') && response.type !== 'cors';
  return {
    body: response.body ?? new Blob().stream(),
    total: bytes || (exact ? length : 0),
    version: versionOf(response),
  };
}

/**
 * Requests the whole file.
 * @throws {LabError} `network` or `missing-file` if it fails.
 */
function sound(response: Response, asked: Asked): Transfer {
  const { url, path } = asked;
  const refuse = (detail: {
    what: string;
    todo: string;
    code?: 'missing-file';
    status?: number;
    retryable?: boolean;
  }) => {
    void response.body?.cancel().catch(() => {});
    return new LabError({ code: 'network', where: url, ...detail });
  };
  const { status, statusText } = response;
  if (!response.ok) {
    const missing = status === 404 || status === 410;
    throw refuse({
      ...(missing ? { code: 'missing-file' } : {}),
      what: `The server answered ${status}${statusText ? ` ${statusText}` : ''}.`,
      todo: missing
        ? 'Check the address; a model folder is given by its own address, not a page about it.'
        : 'Try again later, or check that the address needs no login.',
      status,
      ...(status === 429 || status >= 500 ? { retryable: true } : {}),
    });
  }
  if (isPage(response) && !/\.html?$/i.test(path)) {
    throw refuse({
      what: 'The server sent a web page instead of the file.',
      todo: 'Give the address of the file itself (on a model hub its download link), and check that it needs no login.',
    });
  }
  const range = rangeOf(response);
  if (status === 206 && range && (range.from !== 0 || (range.total !== undefined && range.to !== range.total - 1))) {
    throw refuse({
      what: 'The server sent a part of the file although the whole was requested.',
      todo: 'Try again later, or use another server.',
    });
  }
  return { ...transferFrom(response, asked), from: 0 };
}

/** 0 if the server does not report it. */
function lengthOf(response: Response): number {
  const length = Number(response.headers.get('content-length') ?? 0);
  return Number.isSafeInteger(length) && length > 0 ? length : 0;
}

const isPage = (response: Response): boolean => /^\s*text\/html/i.test(response.headers.get('content-type') ?? '');
