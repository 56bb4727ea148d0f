import { LabError } from '../../error.ts';
import { type Checkpoint, matrixShape, readRows, type TensorInfo } from '../../formats/checkpoint/checkpoint.ts';
import { ggufArchitecture } from '../../formats/gguf/config.ts';
import { addProduct as kernelProduct } from '../../formats/simd/product.ts';
import type { Adapter, AdapterModule } from './adapter.ts';

/** An adapter and the factor of its change; 1 applies it fully. */
export interface WeightedAdapter {
  adapter: Adapter;
  weight: number;
}

/** Adds left [rows, rank] · right [rank, columns] to `into` [rows, columns]. */
export type AddProduct = (
  into: Float32Array,
  left: Float32Array,
  right: Float32Array,
  rank: number,
) => void | Promise<void>;

export interface MergedCheckpoint extends Checkpoint {
  /** Names of the tensors that adapters change. */
  readonly merged: ReadonlySet<string>;
}

/** An adapter's contribution to one module. */
interface Part extends AdapterModule {
  adapter: Adapter;
  module: string;
  /** The adapter's weight times its scaling. */
  factor: number;
}

/** Decoded matrices of a contribution; B's rows are already multiplied by the factor. */
interface Factors {
  left: Float32Array;
  right: Float32Array;
  rank: number;
}

/**
 * A checkpoint whose matrices are merged lazily: W + Σ weight · scaling · B·A over the adapters (a linear combination
 * of their changes, as LoraHub (Huang et al. 2023) sums them). Matrices that no adapter touches stay in the type they
 * are stored in; merged ones are F32. Memory holds the factors of one matrix at a time.
 * @throws {LabError} `bad-config` that names modules which the model lacks, shapes that differ from its own, and
 * modules that the settings declare but the file lacks.
 */
export function mergedCheckpoint(
  base: Checkpoint,
  adapters: readonly WeightedAdapter[],
  addProduct: AddProduct = kernelProduct,
): MergedCheckpoint {
  const parts = new Map<string, Part[]>();
  for (const { adapter, weight } of adapters) {
    checkAdapter(base, adapter);
    for (const [module, matrices] of adapter.modules) {
      const tensor = `${module}.weight`;
      parts.set(tensor, [
        ...(parts.get(tensor) ?? []),
        { ...matrices, adapter, module, factor: weight * matrices.scaling },
      ]);
    }
  }
  const tensors = new Map(
    [...base.tensors].map(([name, info]): [string, TensorInfo] => [
      name,
      parts.has(name) ? { ...info, type: 'F32' } : info,
    ]),
  );
  let latest: { tensor: string; factors: Promise<Factors[]> } | undefined;
  const factorsOf = (tensor: string, list: readonly Part[]): Promise<Factors[]> => {
    if (latest?.tensor !== tensor)
      latest = { tensor, factors: Promise.all(list.map((part) => readFactors(part, base.config.headDim))) };
    return latest.factors;
  };
  return {
    name: [base.name, ...adapters.map(({ adapter }) => adapter.name)].join(' + '),
    config: base.config,
    files: base.files,
    ...(base.notes && { notes: base.notes }),
    tensors,
    merged: new Set(parts.keys()),
    async readStoredRows(tensor, start, count) {
      const list = parts.get(tensor);
      if (!list) return base.readStoredRows(tensor, start, count);
      const values = await readRows(base, tensor, start, count);
      for (const { left, right, rank } of await factorsOf(tensor, list)) {
        await addProduct(values, left.subarray(start * rank, (start + count) * rank), right, rank);
      }
      return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    },
  };
}

async function readFactors({ adapter, module, rank, factor }: Part, headDim: number): Promise<Factors> {
  const { a, b } = await adapter.factors(module, headDim);
  return { left: b.map((value) => value * factor), right: a, rank };
}

const NAMED_AT_MOST = 8;

/**
 * Checks that an adapter fits a model.
 * @throws {LabError} `bad-config` that names what does not fit.
 */
export function checkAdapter(base: Checkpoint, { name, settings, modules, architecture }: Adapter): void {
  const problems: string[] = [];
  const wanted = ggufArchitecture(base.config.architecture);
  if (architecture !== undefined && architecture !== wanted)
    problems.push(`it is for the architecture ${architecture}, and the model has ${wanted}`);
  for (const [module, { a, b }] of modules) {
    const info = base.tensors.get(`${module}.weight`);
    if (!info || info.shape.length !== 2) {
      problems.push(
        module === 'lm_head' && base.config.tied
          ? '"lm_head" is the embedding in this model, and cannot be changed alone'
          : `the model has no module "${module}"`,
      );
      continue;
    }
    if (module === 'model.embed_tokens') problems.push('"model.embed_tokens" is not a linear layer');
    const { rows, columns } = matrixShape(info);
    if (b.shape[0] !== rows || a.shape[1] !== columns)
      problems.push(
        `"${module}" is [${rows}, ${columns}] in the model, but [${b.shape[0]}, ${a.shape[1]}] in the adapter`,
      );
  }
  for (const [tensor, { shape }] of base.tensors) {
    const module = tensor.replace(/\.weight$/, '');
    const missing =
      tensor.endsWith('.weight') && shape.length === 2 && !modules.has(module) && settings.isTarget(module);
    if (missing) problems.push(`"${module}" is a target of the adapter, but has no matrices in it`);
  }
  if (problems.length === 0) return;
  const more = problems.length > NAMED_AT_MOST ? `; and ${problems.length - NAMED_AT_MOST} more` : '';
  throw new LabError({
    code: 'bad-config',
    where: name,
    what: `The adapter does not fit ${base.name}: ${problems.slice(0, NAMED_AT_MOST).join('; ')}${more}.`,
    todo: adviceFor(base.name, settings.base),
  });
}

/** The base that the adapter names helps only if it is another model than this one. */
function adviceFor(model: string, named: string | undefined): string {
  if (named === undefined) return 'Use the model that it was trained on.';
  const last = (path: string): string => path.replace(/\/+$/, '').replace(/^.*\//, '').toLowerCase();
  return last(named) === last(model)
    ? `It names this model (${named}) as its base, but has other modules: export it again from its source.`
    : `Use the model that it was trained on (${named}).`;
}
