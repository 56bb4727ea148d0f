import { LabError } from '../error.ts';

/** The longest packed text that is read or written, in characters: browsers and messengers keep such links whole. */
export const LONGEST_PACKED = 20_000;
/** The most bytes that a packed text may unpack to. */
const MOST_BYTES = 2 ** 20;

/** Packs a text so that it fits into an address: deflated, as base64 for URLs. */
export async function pack(text: string): Promise<string> {
  const bytes = new Uint8Array(await collect(deflated(new TextEncoder().encode(text))));
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/**
 * Reads what `pack` wrote.
 * @throws {LabError} `bad-data` when the text is damaged, cut off or too long.
 */
export async function unpack(packed: string): Promise<string> {
  if (packed.length > LONGEST_PACKED) throw damaged('It is too long');
  try {
    const binary = atob(packed.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    return new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(await collect(inflated)));
  } catch (error) {
    throw error instanceof LabError ? error : damaged('It is damaged or was cut off');
  }
}

const deflated = (bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> =>
  new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));

/** All bytes of a stream. A small text can unpack to gigabytes, so it stops at `MOST_BYTES`. */
async function collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<ArrayBuffer> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const reader = stream.getReader();
  let size = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    size += read.value.length;
    parts.push(read.value);
    if (size <= MOST_BYTES) continue;
    await reader.cancel();
    throw damaged('It holds too much');
  }
  return new Blob(parts).arrayBuffer();
}

const damaged = (what: string): LabError =>
  new LabError({ code: 'bad-data', where: 'The link', what, todo: 'Ask for the link again.' });
