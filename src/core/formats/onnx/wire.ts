import { joinBytes } from '../../bytes.ts';
import { LabError } from '../../error.ts';

/** Protocol Buffers wire types (protobuf.dev, "Encoding"). */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** Collects the encoded fields of one message. Also writes fields equal to their proto default: the caller decides. */
export class MessageWriter {
  readonly #parts: Uint8Array[] = [];
  #size = 0;

  #push(part: Uint8Array): void {
    this.#parts.push(part);
    this.#size += part.length;
  }

  #tag(field: number, wire: number): void {
    this.#push(varint(BigInt(field) * 8n + BigInt(wire)));
  }

  /** An int32/int64/enum field; negative values take ten bytes, as the format requires. */
  int(field: number, value: number): void {
    this.#tag(field, WIRE.varint);
    this.#push(varint(BigInt.asUintN(64, BigInt(value))));
  }

  float(field: number, value: number): void {
    this.#tag(field, WIRE.fixed32);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#push(bytes);
  }

  bytes(field: number, value: Uint8Array): void {
    this.#tag(field, WIRE.bytes);
    this.#push(varint(BigInt(value.length)));
    this.#push(value);
  }

  string(field: number, value: string): void {
    this.bytes(field, utf8.encode(value));
  }

  message(field: number, write: (writer: MessageWriter) => void): void {
    const writer = new MessageWriter();
    write(writer);
    this.#tag(field, WIRE.bytes);
    this.#push(varint(BigInt(writer.#size)));
    for (const part of writer.#parts) this.#push(part);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return joinBytes(this.#parts);
  }
}

function varint(value: bigint): Uint8Array {
  const out: number[] = [];
  do {
    const low = Number(value & 0x7fn);
    value >>= 7n;
    out.push(value > 0n ? low | 0x80 : low);
  } while (value > 0n);
  return Uint8Array.from(out);
}

/** One raw field. `bytes` is a view, not a copy. */
export interface WireField {
  field: number;
  wire: number;
  varint: bigint;
  bytes: Uint8Array;
}

/**
 * Walks the fields of an encoded message.
 * @throws {LabError} `bad-file` when the bytes are truncated or malformed.
 */
export function* readFields(message: Uint8Array): Generator<WireField> {
  let at = 0;
  const need = (count: number): Uint8Array => {
    if (count > message.length - at) throw malformed('the data ends in the middle of a field');
    const bytes = message.subarray(at, at + count);
    at += count;
    return bytes;
  };
  const readVarint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = need(1)[0] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw malformed('a number is longer than 64 bits');
  };
  const none = new Uint8Array(0);
  while (at < message.length) {
    const tag = readVarint();
    const field = Number(tag >> 3n);
    const wire = Number(tag & 7n);
    if (wire === WIRE.varint) yield { field, wire, varint: readVarint(), bytes: none };
    else if (wire === WIRE.fixed32) yield { field, wire, varint: 0n, bytes: need(4) };
    else if (wire === WIRE.fixed64) yield { field, wire, varint: 0n, bytes: need(8) };
    else if (wire === WIRE.bytes) {
      const length = readVarint();
      if (length > BigInt(message.length)) throw malformed('a field is longer than the file');
      yield { field, wire, varint: 0n, bytes: need(Number(length)) };
    } else throw malformed(`wire type ${wire} does not exist`);
  }
}

/** A signed integer that must be exactly representable. */
export function fieldInt(field: WireField): number {
  return toSafeInt(field.varint);
}

function toSafeInt(value: bigint): number {
  const signed = Number(BigInt.asIntN(64, value));
  if (!Number.isSafeInteger(signed)) throw malformed(`the number ${value} is out of range`);
  return signed;
}

/** Values of a repeated integer field, packed or not. */
export function fieldInts(field: WireField): number[] {
  if (field.wire === WIRE.varint) return [fieldInt(field)];
  const out: number[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of field.bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (shift > 70n) throw malformed('a number is longer than 64 bits');
    if (byte < 0x80) {
      out.push(toSafeInt(value));
      value = 0n;
      shift = 0n;
    }
  }
  if (shift > 0n) throw malformed('a packed list ends in the middle of a number');
  return out;
}

/** Values of a repeated float field, packed or not. */
export function fieldFloats(field: WireField): number[] {
  const { bytes } = field;
  if (bytes.length % 4 !== 0) throw malformed('a packed list ends in the middle of a number');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(i * 4, true));
}

export function fieldText(field: WireField): string {
  return text.decode(field.bytes);
}

export function malformed(why: string): LabError {
  return new LabError({
    code: 'bad-file',
    what: `This is not a readable ONNX model: ${why}.`,
    todo: 'Check that the file is complete, or export it again.',
  });
}
