import { LabError, throwIfCancelled } from '../error.ts';
import { MAX_TEXT } from './limits.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** A file to read: a browser's `File` is one. */
export interface TextFile {
  name: string;
  /** Size in bytes as stored; 0 if unknown. */
  size: number;
  stream(): ReadableStream<Bytes>;
}

export interface TextOptions {
  signal?: AbortSignal | undefined;
  /** Called with the number of stored bytes read so far. */
  onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * The text of a file, piece by piece: gzip and UTF-16 are recognised by their first bytes, everything else is UTF-8.
 * @throws {LabError} `bad-file` for a broken archive, bytes that are not text, or more than 512 Mi characters.
 */
export async function* readText(file: TextFile, { signal, onBytes }: TextOptions = {}): AsyncGenerator<string, void> {
  const unpacked = await unpack(counted(file.stream(), onBytes));
  let decoder: TextDecoder | undefined;
  let length = 0;
  try {
    for await (const bytes of pieces(unpacked)) {
      throwIfCancelled(signal);
      decoder ??= new TextDecoder(encodingOf(bytes));
      const text = decoder.decode(bytes, { stream: true });
      if (length === 0 && text.includes('\0')) throw notText(file.name);
      length += text.length;
      if (length > MAX_TEXT) throw tooLong(file.name);
      if (text !== '') yield text;
    }
  } catch (error) {
    throw LabError.from(error, {
      code: 'bad-file',
      where: file.name,
      what: 'The file cannot be unpacked',
      todo: 'Download it again.',
    });
  }
  const rest = decoder?.decode() ?? '';
  if (rest !== '') yield rest;
}

function counted(stream: ReadableStream<Bytes>, onBytes?: (bytes: number) => void): ReadableStream<Bytes> {
  if (!onBytes) return stream;
  let total = 0;
  return stream.pipeThrough(
    new TransformStream<Bytes, Bytes>({
      transform(bytes, out) {
        onBytes((total += bytes.length));
        out.enqueue(bytes);
      },
    }),
  );
}

/** Looks at the first piece to see whether the stream is gzip. */
async function unpack(stream: ReadableStream<Bytes>): Promise<ReadableStream<Bytes>> {
  const reader = stream.getReader();
  const first = await reader.read();
  const whole = new ReadableStream<Bytes>({
    start: (out) => (first.done ? out.close() : out.enqueue(first.value)),
    async pull(out) {
      const next = await reader.read();
      if (next.done) out.close();
      else out.enqueue(next.value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  const zipped = first.value?.[0] === 0x1f && first.value[1] === 0x8b;
  return zipped ? whole.pipeThrough(new DecompressionStream('gzip')) : whole;
}

/** Streams cannot be iterated in every browser. */
async function* pieces(stream: ReadableStream<Bytes>): AsyncGenerator<Bytes, void> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function encodingOf(bytes: Bytes): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

const notText = (where: string): LabError =>
  new LabError({
    code: 'bad-file',
    where,
    what: 'The file does not contain text.',
    todo: 'Choose JSON, JSON lines, CSV or text, gzipped or not.',
  });

const tooLong = (where: string): LabError =>
  new LabError({
    code: 'bad-file',
    where,
    what: 'The file is longer than 512 million characters.',
    todo: 'Split it into several files.',
  });
