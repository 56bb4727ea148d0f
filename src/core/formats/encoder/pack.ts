/** Rows of numbers as integer codes with one scale per group: value = (code − zero) · scale. */
export interface Packed {
  scales: Float32Array;
}

/** Codes of one byte, zero = 128; `group` neighbours share a scale. */
export function packBytes(values: Float32Array, group: number): Packed & { codes: Uint8Array } {
  const codes = new Uint8Array(values.length);
  const scales = quantise(values, group, 127, (i, code) => (codes[i] = code + 128));
  return { codes, scales };
}

/**
 * Codes of twelve bits, zero = 2048: the upper eight in `high`, the lower four in pairs in `low`, the even one first.
 */
export function packTwelve(values: Float32Array, group: number): Packed & { high: Uint8Array; low: Uint8Array } {
  const high = new Uint8Array(values.length);
  const low = new Uint8Array(values.length / 2);
  const scales = quantise(values, group, 2047, (i, code) => {
    high[i] = (code + 2048) >> 4;
    low[i >> 1] = (low[i >> 1] ?? 0) | (((code + 2048) & 15) << (i % 2 === 0 ? 0 : 4));
  });
  return { high, low, scales };
}

function quantise(
  values: Float32Array,
  group: number,
  largestCode: number,
  put: (index: number, code: number) => void,
): Float32Array {
  const scales = new Float32Array(values.length / group);
  for (let g = 0; g < scales.length; g++) {
    const members = values.subarray(g * group, (g + 1) * group);
    const largest = members.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    scales[g] = largest / largestCode;
    members.forEach((value, i) => put(g * group + i, largest === 0 ? 0 : Math.round((value / largest) * largestCode)));
  }
  return scales;
}
