import { LabError } from '../../error.ts';
import type { ByteSource } from '../source.ts';
import { STORED, STORED_TYPES, storedBytes, type StoredType } from '../stored.ts';
import {
  type GgufHeader,
  type GgufMetadata,
  type GgufScalar,
  type GgufScalarType,
  type GgufTensor,
  type GgufValue,
  OTHER_BLOCKS,
  OTHER_TENSOR_TYPES,
  TENSOR_CODES,
} from './types.ts';
import { SCALAR_BY_CODE, SCALAR_BYTES, SCALAR_READERS } from './scalars.ts';

const MAGIC = 0x46554747;
const FIRST_READ = 1 << 22;
/** The largest vocabularies take about 20 MB; a larger header is damaged. */
const MAX_HEADER = 1 << 28;
const MAX_NAME = 1024;
/** Vocabularies have up to 300,000 entries. */
const MAX_LIST = 1 << 22;

/** Thrown inside the parser when it needs more bytes. */
class NeedMore extends Error {}

/**
 * Reads the header of a GGUF file (versions 2 and 3, little endian): metadata and the location of each tensor. Nothing
 * in the header is trusted: counts, lengths and offsets are checked against the size of the file before use.
 * @throws {LabError} `bad-file` for a damaged file, `unsupported` for tensor types that this project does not read.
 */
export function readGgufHeader(source: ByteSource): Promise<GgufHeader> {
  return parse(source, (parser) => parser.header());
}

/**
 * Reads the metadata alone, so that files with tensors of any type pass.
 * @throws {LabError} `bad-file` for a damaged file.
 */
export function readGgufMetadata(source: ByteSource): Promise<GgufMetadata> {
  return parse(source, (parser) => parser.start().metadata);
}

/**
 * The size in bytes of a GGUF by its header: the end of its last tensor, and that rounded up to the alignment, to which
 * some writers pad. `to` is infinite if a type's size is unknown.
 * @throws {LabError} `bad-file` for a damaged header.
 */
export function readGgufExtent(source: ByteSource): Promise<{ from: number; to: number }> {
  return parse(source, (parser) => parser.extent());
}

/** Whether a file begins as a GGUF does. */
export async function isGguf(source: ByteSource): Promise<boolean> {
  if (source.size < 4) return false;
  const { buffer, byteOffset } = await source.read(0, 4);
  return new DataView(buffer, byteOffset).getUint32(0, true) === MAGIC;
}

async function parse<Result>(source: ByteSource, run: (parser: Parser) => Result): Promise<Result> {
  for (let length = FIRST_READ; ; length *= 2) {
    const take = Math.min(length, source.size, MAX_HEADER);
    const bytes = await source.read(0, take);
    try {
      return run(new Parser(source, bytes));
    } catch (error) {
      if (!(error instanceof NeedMore)) throw error;
      if (take === source.size) throw damaged(source.name, 'The file ends in the middle of its header.');
      if (take === MAX_HEADER) throw damaged(source.name, `The header is larger than ${MAX_HEADER} bytes.`);
    }
  }
}

function damaged(where: string, what: string): LabError {
  return new LabError({
    code: 'bad-file',
    what,
    where,
    todo: 'The file is damaged or not a GGUF model; download it again.',
  });
}

const TYPE_BY_CODE = new Map<number, StoredType>(STORED_TYPES.map((type) => [TENSOR_CODES[type], type]));

class Parser {
  readonly #view: DataView;
  readonly #text = new TextDecoder();
  #at = 0;
  readonly #source: ByteSource;
  readonly #bytes: Uint8Array;

  constructor(source: ByteSource, bytes: Uint8Array) {
    this.#source = source;
    this.#bytes = bytes;

    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #fail(what: string): LabError {
    return damaged(this.#source.name, what);
  }

  #take(length: number): number {
    if (this.#at + length > this.#bytes.length) throw new NeedMore();
    const from = this.#at;
    this.#at += length;
    return from;
  }

  #u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  #u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  /** Reads a count of items of at least `each` bytes, which must fit into the rest of the file. */
  #count(of: string, each: number): number {
    const value = this.#u64();
    const room = Math.floor((this.#source.size - this.#at) / each);
    if (value > BigInt(room)) throw this.#fail(`It claims ${value} ${of}, more than the file can hold.`);
    return Number(value);
  }

  #string(of: string, max = this.#source.size): string {
    const length = this.#count(`bytes in ${of}`, 1);
    if (length > max) throw this.#fail(`${of} is ${length} bytes long.`);
    const from = this.#take(length);
    return this.#text.decode(this.#bytes.subarray(from, from + length));
  }

  /** Everything before the table of tensors. */
  start(): { version: number; tensorCount: number; metadata: GgufMetadata } {
    if (this.#bytes.length < 8 || this.#u32() !== MAGIC) throw this.#fail('It does not begin with "GGUF".');
    const version = this.#u32();
    if (version !== 2 && version !== 3) throw this.#fail(`GGUF version ${version} is not supported (2 and 3 are).`);
    const tensorCount = this.#count('tensors', 24);
    const metadataCount = this.#count('metadata entries', 13);
    const metadata: GgufMetadata = new Map();
    for (let i = 0; i < metadataCount; i++) {
      const key = this.#string('a metadata key', MAX_NAME);
      metadata.set(key, this.#value(key));
    }
    return { version, tensorCount, metadata };
  }

  header(): GgufHeader {
    const { version, tensorCount, metadata } = this.start();
    const infos: Omit<GgufTensor, 'bytes'>[] = [];
    for (let i = 0; i < tensorCount; i++) infos.push(this.#tensorInfo());
    return { version, metadata, tensors: this.#place(infos, alignmentOf(metadata, this.#source.name)) };
  }

  extent(): { from: number; to: number } {
    const { tensorCount, metadata } = this.start();
    const ends: [offset: number, bytes: number | undefined][] = [];
    for (let i = 0; i < tensorCount; i++) {
      const { shape, code, offset } = this.#rawTensor();
      const type = TYPE_BY_CODE.get(code);
      const [values, bytes] = type ? [STORED[type].values, STORED[type].bytes] : (OTHER_BLOCKS[code] ?? [1, undefined]);
      ends.push([Number(offset), bytes && Math.ceil(shape.reduce((a, b) => a * b, 1) / values) * bytes]);
    }
    const alignment = alignmentOf(metadata, this.#source.name);
    const start = Math.ceil(this.#at / alignment) * alignment;
    // Without tensors a file may end with its header.
    const from = ends.reduce(
      (most, [offset, bytes]) => Math.max(most, start + offset + (bytes ?? 0)),
      tensorCount === 0 ? this.#at : start,
    );
    return {
      from,
      to: ends.some(([, bytes]) => bytes === undefined) ? Infinity : Math.ceil(from / alignment) * alignment,
    };
  }

  #value(key: string): GgufValue {
    const type = this.#valueType(key);
    if (type !== 'array') return { type, value: this.#scalar(type, key) };
    const of = this.#valueType(key);
    if (of === 'array') throw this.#fail(`"${key}" holds lists of lists, which no model file does.`);
    const count = this.#count(`values in "${key}"`, SCALAR_BYTES[of]);
    if (count > MAX_LIST) throw this.#fail(`"${key}" claims ${count} values.`);
    const value: GgufScalar[] = [];
    for (let i = 0; i < count; i++) value.push(this.#scalar(of, key));
    return { type, of, value };
  }

  #valueType(key: string): GgufValue['type'] {
    const code = this.#u32();
    const type = SCALAR_BY_CODE.get(code);
    if (!type) throw this.#fail(`"${key}" has the unknown value type ${code}.`);
    return type;
  }

  #scalar(type: GgufScalarType, key: string): GgufScalar {
    if (type === 'string') return this.#string(`"${key}"`);
    const from = this.#take(SCALAR_BYTES[type]);
    const value = SCALAR_READERS[type](this.#view, from);
    if (typeof value !== 'bigint') return value;
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  #rawTensor(): { name: string; shape: number[]; code: number; offset: bigint } {
    const name = this.#string('a tensor name', MAX_NAME);
    const rank = this.#u32();
    if (rank < 1 || rank > 4) throw this.#fail(`Tensor "${name}" has ${rank} dimensions.`);
    const shape: number[] = [];
    for (let i = 0; i < rank; i++) {
      const size = this.#u64();
      if (size < 1n || size > BigInt(Number.MAX_SAFE_INTEGER))
        throw this.#fail(`Tensor "${name}" has a dimension of ${size}.`);
      shape.unshift(Number(size));
    }
    return { name, shape, code: this.#u32(), offset: this.#u64() };
  }

  #tensorInfo(): Omit<GgufTensor, 'bytes'> {
    const { name, shape, code, offset } = this.#rawTensor();
    const type = TYPE_BY_CODE.get(code);
    if (!type) {
      const known = OTHER_TENSOR_TYPES[code];
      if (!known) throw this.#fail(`Tensor "${name}" has the unknown type ${code}.`);
      throw new LabError({
        code: 'unsupported',
        what: `Tensor "${name}" is stored as ${known}, which is not read here.`,
        where: this.#source.name,
        todo: `Use a file whose weights are ${STORED_TYPES.join(', ')}.`,
      });
    }
    if (offset > BigInt(this.#source.size))
      throw this.#fail(`Tensor "${name}" begins at byte ${offset}, past the end of the file.`);
    return { name, shape, type, offset: Number(offset) };
  }

  /** Turns offsets relative to the data section into absolute ones and checks that tensors fit and do not overlap. */
  #place(infos: Omit<GgufTensor, 'bytes'>[], alignment: number): GgufTensor[] {
    const start = Math.ceil(this.#at / alignment) * alignment;
    const names = new Set<string>();
    const tensors = infos.map((info) => {
      if (names.has(info.name)) throw this.#fail(`Tensor "${info.name}" occurs twice.`);
      names.add(info.name);
      const row = info.shape.at(-1) ?? 1;
      if (row % STORED[info.type].values !== 0) {
        throw this.#fail(
          `Tensor "${info.name}" has rows of ${row} values, not a multiple of ${STORED[info.type].values} as ` +
            `${info.type} asks.`,
        );
      }
      const bytes = storedBytes(
        info.type,
        info.shape.reduce((a, b) => a * b, 1),
      );
      if (info.offset % alignment !== 0)
        throw this.#fail(`Tensor "${info.name}" is not aligned to ${alignment} bytes.`);
      const offset = start + info.offset;
      if (!Number.isSafeInteger(bytes) || offset + bytes > this.#source.size) {
        throw this.#fail(
          `Tensor "${info.name}" ends at byte ${offset + bytes}, but the file has ${this.#source.size}.`,
        );
      }
      return { ...info, offset, bytes };
    });
    const sorted = [...tensors].sort((a, b) => a.offset - b.offset);
    for (let i = 1; i < sorted.length; i++) {
      const [a, b] = [sorted[i - 1], sorted[i]];
      if (a && b && a.offset + a.bytes > b.offset) throw this.#fail(`Tensors "${a.name}" and "${b.name}" overlap.`);
    }
    return tensors;
  }
}

function alignmentOf(metadata: GgufMetadata, where: string): number {
  const value = metadata.get('general.alignment')?.value ?? 32;
  if (typeof value === 'number' && value >= 1 && value <= 1 << 20 && Number.isInteger(Math.log2(value))) return value;
  throw damaged(where, `The alignment ${String(value)} is not a power of two.`);
}
