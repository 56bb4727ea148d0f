/** Bytes of WebAssembly instructions. An expression leaves its value on the stack. */
export type Code = readonly number[];

export type ValueType = 'i32' | 'f32' | 'f64' | 'v128';
const TYPE_CODES: Record<ValueType, number> = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b };

function leb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 128 : low);
  } while (rest > 0);
  return bytes;
}

/** The sign bit of the last byte has to be clear. */
function signedLeb(value: number): number[] {
  const bytes = leb(value);
  const last = bytes.pop() ?? 0;
  return last < 64 ? [...bytes, last] : [...bytes, last | 128, 0];
}

/** An instruction of one byte that takes its arguments from the stack. */
const plain =
  (opcode: number) =>
  (...inputs: Code[]): Code => [...inputs.flat(), opcode];
/** A vector instruction, with what follows its number. */
const vector =
  (opcode: number, ...rest: number[]) =>
  (...inputs: Code[]): Code => [...inputs.flat(), 0xfd, ...leb(opcode), ...rest];
/** A load or store; `offset` is added to the address. */
const memory =
  (opcode: number[], align: number) =>
  (inputs: Code[], offset: number): Code => [...inputs.flat(), ...opcode, align, ...leb(offset)];

export const i32 = {
  /** A number that is not negative. */
  const: (value: number): Code => [0x41, ...signedLeb(value)],
  add: plain(0x6a),
  sub: plain(0x6b),
  and: plain(0x71),
};
export const f32 = {
  const: (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
  load: memory([0x2a], 2),
  store: memory([0x38], 2),
  add: plain(0x92),
  sub: plain(0x93),
  mul: plain(0x94),
  div: plain(0x95),
  min: plain(0x96),
  max: plain(0x97),
  ne: plain(0x5c),
  demote: plain(0xb6),
};
export const f64 = {
  const: (value: number): Code => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)],
  add: plain(0xa0),
  sub: plain(0xa1),
  mul: plain(0xa2),
  div: plain(0xa3),
  gt: plain(0x64),
  promote: plain(0xbb),
};
/** Four float32 side by side. */
export const f32x4 = {
  splat: vector(19),
  lane: (value: Code, lane: number): Code => vector(31, lane)(value),
  add: vector(228),
  sub: vector(229),
  mul: vector(230),
  min: vector(232),
  max: vector(233),
  /** To the nearest whole number, ties to even. */
  nearest: vector(106),
};
export const v128 = { load: memory([0xfd, 0], 2), store: memory([0xfd, 11], 2) };
/** Whole numbers of float32 lanes as 32-bit integers, and two vectors as one of half the width. */
export const integers = {
  truncate: vector(248),
  narrow32: vector(133),
  narrow16Signed: vector(101),
  narrow16Unsigned: vector(102),
};

/** The first where the condition holds, else the second. */
export const select = plain(0x1b);
export const when = (condition: Code, body: Code): Code => [...condition, 0x04, 0x40, ...body, 0x0b];
/** Runs the body once and again as long as the condition holds. */
export const repeat = (body: Code, condition: Code): Code => [0x03, 0x40, ...body, ...condition, 0x0d, 0, 0x0b];

/** A local variable of a function. */
export interface Variable {
  get: Code;
  set(value: Code): Code;
}

/** A function without a result; its parameters are i32. */
export class FunctionBuilder {
  readonly parameters: Variable[];
  private readonly locals: ValueType[] = [];

  constructor(
    readonly name: string,
    private readonly count: number,
  ) {
    this.parameters = Array.from({ length: count }, (_, i) => variable(i));
  }

  local(type: ValueType): Variable {
    return variable(this.count + this.locals.push(type) - 1);
  }

  /** Its entry in the code section. */
  encode(body: Code): number[] {
    const declared = this.locals.flatMap((type) => [1, TYPE_CODES[type]]);
    const bytes = [...leb(this.locals.length), ...declared, ...body, 0x0b];
    return [...leb(bytes.length), ...bytes];
  }

  /** Its entry in the type section. */
  signature(): number[] {
    return [0x60, ...leb(this.count), ...this.parameters.map(() => TYPE_CODES.i32), 0];
  }
}

function variable(index: number): Variable {
  return { get: [0x20, ...leb(index)], set: (value) => [...value, 0x21, ...leb(index)] };
}

/** A module that exports its functions by name and its memory of `pages` · 64 KiB as `memory`. */
export function assemble(
  functions: readonly { fn: FunctionBuilder; body: Code }[],
  pages: number,
): Uint8Array<ArrayBuffer> {
  const section = (id: number, entries: number[][]): number[] => {
    const bytes = [...leb(entries.length), ...entries.flat()];
    return [id, ...leb(bytes.length), ...bytes];
  };
  const name = (text: string): number[] => [...leb(text.length), ...new TextEncoder().encode(text)];
  return Uint8Array.from([
    0x00,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...section(
      1,
      functions.map(({ fn }) => fn.signature()),
    ),
    ...section(
      3,
      functions.map((_, i) => leb(i)),
    ),
    ...section(5, [[0, ...leb(pages)]]),
    ...section(7, [[...name('memory'), 2, 0], ...functions.map(({ fn }, i) => [...name(fn.name), 0, ...leb(i)])]),
    ...section(
      10,
      functions.map(({ fn, body }) => fn.encode(body)),
    ),
  ]);
}
