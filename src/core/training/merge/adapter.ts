import { LabError } from '../../error.ts';
import type { TensorInfo } from '../../formats/checkpoint/checkpoint.ts';
import type { GgufArchitecture } from '../../formats/gguf/config.ts';
import type { ByteSource } from '../../formats/source.ts';
import { decodeStored } from '../../formats/stored.ts';
import type { AdapterSettings } from './settings.ts';

/** The two matrices of a module: its weight [out, in] gets scaling · B [out, rank] · A [rank, in]. */
export interface AdapterModule {
  a: TensorInfo;
  b: TensorInfo;
  rank: number;
  scaling: number;
}

/** The module of a weight [out, in], its matrices in single precision. */
export const floatModule = ([out, in_]: readonly [number, number], rank: number, scaling = 1): AdapterModule => ({
  a: { shape: [rank, in_], type: 'F32' },
  b: { shape: [out, rank], type: 'F32' },
  rank,
  scaling,
});

/** The decoded matrices of a module. */
export interface AdapterFactors {
  a: Float32Array;
  b: Float32Array;
}

/** A LoRA adapter, whatever its file format. */
export interface Adapter {
  /** Name for messages. */
  readonly name: string;
  readonly settings: AdapterSettings;
  /** The only kind of model that it fits, if the file says so. */
  readonly architecture?: GgufArchitecture;
  /** By the name of the module in a checkpoint, e.g. `model.layers.0.self_attn.q_proj`. */
  readonly modules: ReadonlyMap<string, AdapterModule>;
  /**
   * Reads the matrices of a module, with the rows of B in the order of a Hugging Face checkpoint.
   * @param headDim values per attention head of the model: llama.cpp's order of rows depends on it.
   */
  factors(module: string, headDim: number): Promise<AdapterFactors>;
}

/** Where a matrix is in its file. */
export interface MatrixPlace extends TensorInfo {
  name: string;
  /** Bytes from the start of the file. */
  offset: number;
  bytes: number;
}

/** What the file of an adapter holds for a module. */
export interface PlacedModule extends AdapterModule {
  a: MatrixPlace;
  b: MatrixPlace;
}

/** The error for a damaged file of an adapter. */
export function damagedAdapter(where: string, what: string): LabError {
  return new LabError({
    code: 'bad-file',
    where,
    what,
    todo: 'Use a complete adapter as PEFT, llama.cpp or this trainer wrote it.',
  });
}

/** The error for a tensor that no plain LoRA adapter has. */
export function foreignTensor(where: string, tensor: string): LabError {
  return new LabError({
    code: 'unsupported',
    where,
    what: `The tensor "${tensor}" does not belong to a plain LoRA adapter on linear layers.`,
    todo: 'Merge it with PEFT (merge_and_unload) and use the merged model.',
  });
}

/**
 * Pairs the matrices of each module.
 * @param named each tensor with its module and which of the two matrices it is.
 * @throws {LabError} `bad-file` for matrices without a partner, and for anything but matrices.
 */
export function pairMatrices(
  named: Iterable<{ module: string; half: 'A' | 'B'; tensor: MatrixPlace }>,
  where: string,
): Map<string, { a: MatrixPlace; b: MatrixPlace }> {
  const halves = new Map<string, { A?: MatrixPlace; B?: MatrixPlace }>();
  for (const { module, half, tensor } of named) {
    if (tensor.shape.length !== 2) {
      const shape = tensor.shape.join(', ');
      throw damagedAdapter(where, `The tensor "${tensor.name}" is [${shape}], but it must be a matrix.`);
    }
    const known = halves.get(module) ?? {};
    if (known[half]) throw damagedAdapter(where, `The module "${module}" has two matrices ${half}.`);
    halves.set(module, { ...known, [half]: tensor });
  }
  if (halves.size === 0) throw damagedAdapter(where, 'It has no adapter matrices.');
  return new Map(
    [...halves].map(([module, { A: a, B: b }]) => {
      if (!a || !b) throw damagedAdapter(where, `The module "${module}" has no matrix ${a ? 'B' : 'A'}.`);
      return [module, { a, b }];
    }),
  );
}

/**
 * The decoded values of a matrix.
 * @throws {LabError} `bad-file` when one is not a finite number.
 */
export async function readMatrix(source: ByteSource, tensor: MatrixPlace, where: string): Promise<Float32Array> {
  const { name, type, offset, bytes, shape } = tensor;
  const count = shape.reduce((x, y) => x * y, 1);
  const values = decodeStored(type, await source.read(offset, bytes), count);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw damagedAdapter(where, `The tensor "${name}" holds ${values[bad]} at ${bad}.`);
  return values;
}

/** The entry of a module in a table of an adapter. */
export function moduleOf<Module>(modules: ReadonlyMap<string, Module>, module: string): Module {
  const found = modules.get(module);
  if (!found) throw new Error(`The adapter has no module "${module}".`);
  return found;
}
