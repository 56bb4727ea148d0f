import type { FileSink } from '../export/sink.ts';
import { storedBytes, type StoredType } from '../stored.ts';
import { SCALAR_BYTES, SCALAR_WRITERS } from './scalars.ts';
import { type GgufMetadata, type GgufScalar, type GgufScalarType, TENSOR_CODES, VALUE_CODES } from './types.ts';

const ALIGNMENT = 32;

/** A tensor to write; `chunks` is called once, when its turn comes, and yields exactly its bytes. */
export interface GgufTensorSource {
  name: string;
  /** Row major, outermost first. */
  shape: number[];
  type: StoredType;
  chunks(): AsyncIterable<Uint8Array>;
}

/** Writes a GGUF file (version 3) sequentially, without holding a whole tensor in memory. */
export async function writeGguf(file: FileSink, metadata: GgufMetadata, tensors: GgufTensorSource[]): Promise<void> {
  const header = new GgufBytes();
  header.text('GGUF');
  header.u32(3);
  header.u64(tensors.length);
  header.u64(metadata.size);
  for (const [key, entry] of metadata) {
    header.string(key);
    header.u32(VALUE_CODES[entry.type]);
    if (entry.type !== 'array') header.scalar(entry.type, entry.value);
    else {
      header.u32(VALUE_CODES[entry.of]);
      header.u64(entry.value.length);
      for (const value of entry.value) header.scalar(entry.of, value);
    }
  }
  let offset = 0;
  for (const tensor of tensors) {
    header.string(tensor.name);
    header.u32(tensor.shape.length);
    for (const size of [...tensor.shape].reverse()) header.u64(size);
    header.u32(TENSOR_CODES[tensor.type]);
    header.u64(offset);
    offset = align(offset + bytesOf(tensor));
  }
  await file.write(header.finish(align(header.length)));
  for (const tensor of tensors) {
    const bytes = bytesOf(tensor);
    let written = 0;
    for await (const chunk of tensor.chunks()) {
      await file.write(chunk);
      written += chunk.length;
    }
    if (written !== bytes) throw new Error(`The tensor "${tensor.name}" of ${bytes} bytes was given ${written}.`);
    if (align(bytes) > bytes) await file.write(new Uint8Array(align(bytes) - bytes));
  }
}

function align(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}

function bytesOf(tensor: GgufTensorSource): number {
  return storedBytes(
    tensor.type,
    tensor.shape.reduce((a, b) => a * b, 1),
  );
}

/** A growing buffer of little-endian values. */
class GgufBytes {
  length = 0;
  #bytes = new Uint8Array(1 << 16);
  #view = new DataView(this.#bytes.buffer);
  readonly #utf8 = new TextEncoder();

  #room(count: number): number {
    const at = this.length;
    this.#reserve(count);
    this.length += count;
    return at;
  }

  #reserve(count: number): void {
    if (this.length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.length + count, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }

  u32(value: number): void {
    const at = this.#room(4);
    this.#view.setUint32(at, value, true);
  }

  u64(value: number): void {
    const at = this.#room(8);
    this.#view.setBigUint64(at, BigInt(value), true);
  }

  /** @returns the number of bytes. */
  text(value: string): number {
    // A tokenizer has a hundred thousand strings: each is encoded in place. No character takes more than three bytes.
    this.#reserve(value.length * 3);
    const { written } = this.#utf8.encodeInto(value, this.#bytes.subarray(this.length));
    this.length += written;
    return written;
  }

  string(value: string): void {
    const at = this.#room(8);
    const length = this.text(value);
    this.#view.setUint32(at, length, true);
  }

  scalar(type: GgufScalarType, value: GgufScalar): void {
    if (type === 'string') {
      this.string(String(value));
      return;
    }
    const at = this.#room(SCALAR_BYTES[type]);
    SCALAR_WRITERS[type](this.#view, at, value);
  }

  finish(length: number): Uint8Array {
    this.#room(length - this.length);
    return this.#bytes.subarray(0, length);
  }
}
