/**
 * Rows of q and k in llama.cpp's order: it interleaves the two halves of each head, so that its row 2j + s of a head
 * with D rows is row s·D/2 + j of a Hugging Face checkpoint.
 * @param rows whole heads.
 * @param width elements of `rows` per row: values, or bytes.
 */
export function interleaveRows<T extends Uint8Array | Float32Array>(rows: T, headDim: number, width: number): T {
  return reordered(rows, headDim, width, (row) => (row % 2) * (headDim / 2) + Math.floor(row / 2));
}

/** The inverse of `interleaveRows`. */
export function restoreRows<T extends Uint8Array | Float32Array>(rows: T, headDim: number, width: number): T {
  const half = headDim / 2;
  return reordered(rows, headDim, width, (row) => 2 * (row % half) + Math.floor(row / half));
}

/** The rows of each head, each taken from row `from(row)` of the same head. */
function reordered<T extends Uint8Array | Float32Array>(
  rows: T,
  headDim: number,
  width: number,
  from: (row: number) => number,
): T {
  const out = rows.slice() as T;
  for (let row = 0; row < rows.length / width; row++) {
    const within = row % headDim;
    const at = row - within + from(within);
    out.set(rows.subarray(at * width, (at + 1) * width), row * width);
  }
  return out;
}
