const word = new Uint32Array(1);
const single = new Float32Array(word.buffer);

/** Value of a bfloat16 given by its bits. */
export function fromBfloat16(bits: number): number {
  word[0] = bits << 16;
  return single[0] ?? 0;
}

/** Bits of the bfloat16 nearest to `value`, ties to even. */
export function toBfloat16(value: number): number {
  single[0] = value;
  const bits = word[0] ?? 0;
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

const HALF_VALUES = new Float32Array(65536);
for (let bits = 0; bits < 65536; bits++) {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent === 31
        ? fraction
          ? NaN
          : Infinity
        : (1 + fraction / 1024) * 2 ** (exponent - 15);
  HALF_VALUES[bits] = bits & 0x8000 ? -size : size;
}

/** Value of an IEEE half-precision number given by its bits. */
export function fromHalf(bits: number): number {
  return HALF_VALUES[bits] ?? 0;
}

/** Bits of the half-precision number nearest to `value`, ties to even; too large values become infinite. */
export function toHalf(value: number): number {
  single[0] = value;
  const bits = word[0] ?? 0;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Subnormal halves are multiples of 2^-24; adding 0.5 lets the float32 adder round to them.
    word[0] = magnitude;
    single[0] = (single[0] ?? 0) + 0.5;
    return sign | ((word[0] ?? 0) - 0x3f000000);
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

/** The half-precision number nearest to `value`. */
export function roundToHalf(value: number): number {
  return fromHalf(toHalf(value));
}
