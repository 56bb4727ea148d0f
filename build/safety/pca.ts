import { seededRandom } from '../../src/core/random/xoshiro128.ts';

/** The directions in which vectors vary most, one per row, and their mean. */
export interface Projection {
  mean: Float32Array;
  rows: Float32Array[];
}

const ROUNDS = 60;

/** Principal components by orthogonal iteration from a seeded start. */
export function principalComponents(vectors: readonly Float32Array[], count: number): Projection {
  const dimension = vectors[0]?.length ?? 0;
  const mean = new Float32Array(dimension);
  for (const vector of vectors)
    for (let i = 0; i < dimension; i++) mean[i] = (mean[i] ?? 0) + (vector[i] ?? 0) / vectors.length;
  const covariance = covarianceOf(vectors, mean);
  const random = seededRandom(7);
  let rows = Array.from({ length: count }, () => new Float32Array(dimension).map(() => random() - 0.5));
  for (let round = 0; round < ROUNDS; round++) rows = orthonormal(rows.map((row) => times(covariance, row)));
  return { mean, rows };
}

function covarianceOf(vectors: readonly Float32Array[], mean: Float32Array): Float32Array<ArrayBuffer>[] {
  const rows = Array.from(mean, () => new Float32Array(mean.length));
  for (const vector of vectors) {
    const centred = vector.map((value, i) => value - (mean[i] ?? 0));
    rows.forEach((row, i) => {
      const factor = centred[i] ?? 0;
      for (let j = 0; j < row.length; j++) row[j] = (row[j] ?? 0) + factor * (centred[j] ?? 0);
    });
  }
  return rows;
}

const times = (matrix: readonly Float32Array[], vector: Float32Array): Float32Array<ArrayBuffer> =>
  Float32Array.from(matrix, (row) => dot(row, vector));

/** Orthonormal rows by the Gram-Schmidt process. */
function orthonormal(rows: readonly Float32Array<ArrayBuffer>[]): Float32Array<ArrayBuffer>[] {
  const done: Float32Array<ArrayBuffer>[] = [];
  for (const row of rows) {
    let left = row;
    for (const other of done) {
      const share = dot(left, other);
      left = left.map((value, i) => value - share * (other[i] ?? 0));
    }
    const length = Math.hypot(...left) || 1;
    done.push(left.map((value) => value / length));
  }
  return done;
}

/** The dot product of two vectors. */
export function dot(a: Float32Array | Int8Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
