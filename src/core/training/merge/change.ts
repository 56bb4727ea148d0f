import type { Adapter } from './adapter.ts';

/** A matrix [out, in] by its factors: B [out, rank] · A [rank, in]. */
interface LowRank {
  a: Float32Array;
  b: Float32Array;
  rank: number;
}

/** What an adapter adds to a module, the scaling multiplied into B. */
async function changeOf(adapter: Adapter, module: string, headDim: number): Promise<LowRank | undefined> {
  const sizes = adapter.modules.get(module);
  if (!sizes) return undefined;
  const { a, b } = await adapter.factors(module, headDim);
  return { a, b: b.map((value) => value * sizes.scaling), rank: sizes.rank };
}

/**
 * Sum of the products of corresponding elements of two matrices of the same shape, by their factors: the trace of
 * (B₁ᵀB₂)·(A₁A₂ᵀ)ᵀ, without multiplying the matrices out.
 */
function innerProduct(x: LowRank, y: LowRank): number {
  const outputs = new Float64Array(x.rank * y.rank);
  for (let row = 0; row < x.b.length / x.rank; row++) {
    for (let i = 0; i < x.rank; i++) {
      const value = x.b[row * x.rank + i] ?? 0;
      for (let j = 0; j < y.rank; j++) outputs[i * y.rank + j] = (outputs[i * y.rank + j] ?? 0) + value * at(y, row, j);
    }
  }
  const columns = x.a.length / x.rank;
  let sum = 0;
  for (let i = 0; i < x.rank; i++) {
    for (let j = 0; j < y.rank; j++) {
      let dot = 0;
      for (let k = 0; k < columns; k++) dot += (x.a[i * columns + k] ?? 0) * (y.a[j * columns + k] ?? 0);
      sum += dot * (outputs[i * y.rank + j] ?? 0);
    }
  }
  return sum;
}

const at = ({ b, rank }: LowRank, row: number, j: number): number => b[row * rank + j] ?? 0;

/** How far one adapter's change of the model is from another's, as a share of the latter's norm. */
export interface ChangeError {
  /** Over all modules. */
  share: number;
  /** The module with the largest share of its own, and that share. */
  worst: { module: string; share: number };
}

/**
 * Compares what two adapters add to a model (Frobenius norms).
 * @param headDim values per attention head of the model.
 */
export async function compareChanges(expected: Adapter, found: Adapter, headDim: number): Promise<ChangeError> {
  let [difference, norm] = [0, 0];
  let worst = { module: '', share: 0 };
  for (const module of new Set([...expected.modules.keys(), ...found.modules.keys()])) {
    const [wanted, got] = [await changeOf(expected, module, headDim), await changeOf(found, module, headDim)];
    const square = (x: LowRank | undefined, y: LowRank | undefined): number => (x && y ? innerProduct(x, y) : 0);
    const here = square(wanted, wanted);
    // The sums cancel to about 1e-16 of the norm's square, so a share below 1e-8 is noise.
    const apart = Math.max(0, here + square(got, got) - 2 * square(wanted, got));
    const share = Math.sqrt(apart / Math.max(here, Number.MIN_VALUE));
    if (apart > 0 && share >= worst.share) worst = { module, share };
    difference += apart;
    norm += here;
  }
  return { share: norm === 0 && difference === 0 ? 0 : Math.sqrt(difference / norm), worst };
}
