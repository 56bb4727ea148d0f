import { LabError } from '../error.ts';
import { Lru } from '../lru.ts';

/** Random access to the bytes of one file, wherever it is stored. */
export interface ByteSource {
  /** Name for messages, e.g. `model.gguf`. */
  readonly name: string;
  /** Total size in bytes. */
  readonly size: number;
  /**
   * Reads exactly `length` bytes.
   * @throws {LabError} `bad-file` when the file ends before that.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Refuses a range outside the file before anything is allocated. */
export function checkRange(source: { name: string; size: number }, offset: number, length: number): void {
  if (
    Number.isSafeInteger(offset) &&
    Number.isSafeInteger(length) &&
    offset >= 0 &&
    length >= 0 &&
    offset + length <= source.size
  )
    return;
  throw new LabError({
    code: 'bad-file',
    what: `Bytes ${offset} to ${offset + length} were requested, but the file has ${source.size}.`,
    where: source.name,
    todo: 'The file is truncated or its header is wrong; download it again.',
  });
}

/** A file in memory. Reads are views, not copies. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  const source: ByteSource = {
    name,
    size: bytes.length,
    read: async (offset, length) => {
      checkRange(source, offset, length);
      return bytes.subarray(offset, offset + length);
    },
  };
  return source;
}

/** A file that a person picked or that is in the browser's storage. */
export function blobSource(name: string, blob: Blob): ByteSource {
  const source: ByteSource = {
    name,
    size: blob.size,
    read: async (offset, length) => {
      checkRange(source, offset, length);
      const bytes = new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
      if (bytes.length !== length) checkRange({ name, size: offset + bytes.length }, offset, length);
      return bytes;
    },
  };
  return source;
}

/** The size of a stored segment (`src/browser/model-store/file-store.ts`), so that a window is one read of the disk. */
const WINDOW_BYTES = 16 * 2 ** 20;

/**
 * Opens blobs of which thousands of small ranges are read, mostly in order: a browser takes longer to answer a read
 * than to copy a megabyte. Blobs are read in windows, and the latest few are kept, whichever blob they are from. Reads
 * are views or copies of them.
 */
export function windowedSources(windows = 4, windowBytes = WINDOW_BYTES): (name: string, blob: Blob) => ByteSource {
  const kept = new Lru<Promise<Uint8Array>>(windows);
  let count = 0;
  return (name, blob) => {
    const source = blobSource(name, blob);
    const id = count++;
    const windowAt = (index: number): Promise<Uint8Array> => {
      const key = `${id} ${index}`;
      const from = index * windowBytes;
      let window = kept.get(key);
      if (!window) kept.set(key, (window = source.read(from, Math.min(windowBytes, blob.size - from))));
      return window;
    };
    return {
      name,
      size: blob.size,
      async read(offset, length) {
        checkRange(source, offset, length);
        const first = Math.floor(offset / windowBytes);
        const last = Math.floor((offset + length - 1) / windowBytes);
        const start = offset - first * windowBytes;
        if (length > 0 && first === last) return (await windowAt(first)).subarray(start, start + length);
        if (length === 0 || last - first > 1) return source.read(offset, length);
        const [head, tail] = [(await windowAt(first)).subarray(start), await windowAt(last)];
        const bytes = new Uint8Array(length);
        bytes.set(head);
        bytes.set(tail.subarray(0, length - head.length), head.length);
        return bytes;
      },
    };
  };
}
