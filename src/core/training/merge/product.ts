/** Adds left [rows, rank] · right [rank, columns] to `into` [rows, columns]. */
export type AddProduct = (
  into: Float32Array,
  left: Float32Array,
  right: Float32Array,
  rank: number,
) => void | Promise<void>;

/** Simple loops that sum in double precision; needs no runtime. */
export function addProduct(into: Float32Array, left: Float32Array, right: Float32Array, rank: number): void {
  const columns = right.length / rank;
  const row = new Float64Array(columns);
  for (let i = 0; i < into.length / columns; i++) {
    row.set(into.subarray(i * columns, (i + 1) * columns));
    for (let k = 0; k < rank; k++) {
      const factor = left[i * rank + k] ?? 0;
      const from = k * columns;
      for (let j = 0; j < columns; j++) row[j] = (row[j] ?? 0) + factor * (right[from + j] ?? 0);
    }
    into.set(row, i * columns);
  }
}
