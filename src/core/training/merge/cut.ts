import { Matrix, QrDecomposition, SingularValueDecomposition } from 'ml-matrix';
import { type Adapter, type AdapterFactors, type AdapterModule, floatModule, moduleOf } from './adapter.ts';
import { settingsOfModules } from './module-settings.ts';

/**
 * The adapter of a rank whose change of every module is nearest to that of another (least squares; Eckart and Young
 * 1936): it keeps the largest singular values of B·A and shares each evenly between the two matrices. A module of that
 * rank or less stays as it is.
 * @param rank whole number from 1.
 */
export function cutAdapter(adapter: Adapter, rank: number): Adapter {
  const modules = new Map([...adapter.modules].map(([name, module]) => [name, cutSizes(module, rank)]));
  // A writer reads the matrices of a module one after the other.
  let latest: { module: string; factors: Promise<AdapterFactors> } | undefined;
  return {
    ...adapter,
    modules,
    settings: settingsOfModules(modules, adapter.settings.base),
    factors(module, headDim) {
      const [before, after] = [moduleOf(adapter.modules, module), moduleOf(modules, module)];
      if (before === after) return adapter.factors(module, headDim);
      if (latest?.module !== module) {
        const factors = adapter.factors(module, headDim).then((whole) => cutFactors(whole, before, after.rank));
        latest = { module, factors };
      }
      return latest.factors;
    },
  };
}

/** The sizes of a module after the cut; the same object if it stays as it is. */
function cutSizes(module: AdapterModule, wanted: number): AdapterModule {
  const [out = 0, in_ = 0] = [module.b.shape[0], module.a.shape[1]];
  const rank = Math.min(wanted, out, in_);
  if (module.rank <= rank) return module;
  return floatModule([out, in_], rank);
}

/**
 * B = Q₁R₁ and Aᵀ = Q₂R₂, so that the singular values of B·A are those of the small matrix R₁R₂ᵀ, and its vectors those
 * of that matrix times Q₁ and Q₂.
 */
function cutFactors({ a, b }: AdapterFactors, { rank: whole, scaling }: AdapterModule, rank: number): AdapterFactors {
  const left = orthogonal(matrixOf(b, whole));
  const right = orthogonal(matrixOf(a, a.length / whole).transpose());
  const core = left.rest.mmul(right.rest.transpose()).mul(scaling);
  const svd = new SingularValueDecomposition(core, { autoTranspose: true });
  // The decomposition orders the singular values, the largest first.
  const roots = svd.diagonal.slice(0, rank).map(Math.sqrt);
  const part = (vectors: Matrix): Matrix => vectors.subMatrix(0, vectors.rows - 1, 0, rank - 1).mulRowVector(roots);
  return {
    b: valuesOf(left.basis.mmul(part(svd.leftSingularVectors))),
    a: valuesOf(right.basis.mmul(part(svd.rightSingularVectors)).transpose()),
  };
}

/** A matrix as a product with orthonormal columns on the left; one that is wider than tall is small already. */
function orthogonal(matrix: Matrix): { basis: Matrix; rest: Matrix } {
  if (matrix.columns > matrix.rows) return { basis: Matrix.eye(matrix.rows), rest: matrix };
  const { orthogonalMatrix, upperTriangularMatrix } = new QrDecomposition(matrix);
  return { basis: orthogonalMatrix, rest: upperTriangularMatrix };
}

/** Rows of `columns` values. */
function matrixOf(values: Float32Array, columns: number): Matrix {
  const rows = values.length / columns;
  return new Matrix(Array.from({ length: rows }, (_, row) => [...values.subarray(row * columns, (row + 1) * columns)]));
}

const valuesOf = (matrix: Matrix): Float32Array => Float32Array.from(matrix.to1DArray());
