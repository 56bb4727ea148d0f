import { LabError } from '../error.ts';

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
