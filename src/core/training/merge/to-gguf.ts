import { throwIfCancelled } from '../../error.ts';
import type { ModelConfig } from '../../formats/config.ts';
import { type EncodableType, encodeStored } from '../../formats/encode-stored.ts';
import type { FileSink } from '../../formats/export/sink.ts';
import { ggufArchitecture } from '../../formats/gguf/config.ts';
import { FILE_TYPES } from '../../formats/gguf/from-checkpoint.ts';
import { ggufName, isRotated } from '../../formats/gguf/names.ts';
import { interleaveRows } from '../../formats/gguf/row-order.ts';
import type { GgufMetadata } from '../../formats/gguf/types.ts';
import { type GgufTensorSource, writeGguf } from '../../formats/gguf/write.ts';
import { STORED } from '../../formats/stored.ts';
import { type Adapter, foreignTensor } from './adapter.ts';
import { ADAPTER_KEYS } from './gguf-adapter.ts';

/** Types of an adapter's matrices in a GGUF. */
export const ADAPTER_TYPES = ['Q8_0', 'F16', 'F32'] as const satisfies readonly EncodableType[];
export type AdapterType = (typeof ADAPTER_TYPES)[number];

export interface AdapterGgufOptions {
  /** The configuration of the model that the adapter is for. */
  config: ModelConfig;
  /** Type of the matrices; those whose rows are not whole blocks of it are F32. */
  type: AdapterType;
  /** Name of the adapter. */
  name: string;
  /** Name of the base model. */
  base: string;
  licence?: string | undefined;
  /** The chat template, if it is not that of the base. */
  template?: string | undefined;
  /** Called with the number of modules that are written. */
  onProgress?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** The type in which rows of `columns` values are stored. */
export function storedAdapterType(type: AdapterType, columns: number): AdapterType {
  return columns % STORED[type].values === 0 ? type : 'F32';
}

/**
 * Writes an adapter as the GGUF file that llama.cpp loads next to its base (`--lora`): rows of B for q and k in
 * llama.cpp's order. The file has one alpha, and llama.cpp scales a module by alpha/rank: where a module's scaling
 * differs (rsLoRA with several ranks, patterns of alphas), its B is multiplied by the rest.
 * @throws {LabError} `unsupported` for modules that a GGUF has no name for.
 */
export async function adapterToGguf(adapter: Adapter, file: FileSink, options: AdapterGgufOptions): Promise<void> {
  const { config, type, name, base, licence, template, onProgress, signal } = options;
  const alpha = fileAlpha(adapter);
  const metadata: GgufMetadata = new Map([
    ['general.architecture', { type: 'string', value: ggufArchitecture(config.architecture) }],
    [ADAPTER_KEYS.type, { type: 'string', value: 'adapter' }],
    [ADAPTER_KEYS.kind, { type: 'string', value: 'lora' }],
    [ADAPTER_KEYS.alpha, { type: 'f32', value: alpha }],
    ['general.name', { type: 'string', value: name }],
    ['general.base_model.count', { type: 'u32', value: 1 }],
    [ADAPTER_KEYS.base, { type: 'string', value: base }],
    ['general.file_type', { type: 'u32', value: FILE_TYPES[type] ?? 0 }],
    ['general.quantization_version', { type: 'u32', value: 2 }],
  ]);
  if (licence !== undefined) metadata.set('general.license', { type: 'string', value: licence.toLowerCase() });
  if (template !== undefined) metadata.set(ADAPTER_KEYS.template, { type: 'string', value: template });
  let done = 0;
  const tensors = [...adapter.modules].flatMap(([module, { a, b, rank, scaling }]): GgufTensorSource[] => {
    const weight = ggufName(`${module}.weight`);
    if (weight === undefined) throw foreignTensor(adapter.name, module);
    const factor = (scaling * rank) / alpha;
    const read = (): ReturnType<Adapter['factors']> => {
      throwIfCancelled(signal);
      return adapter.factors(module, config.headDim);
    };
    const [typeA, typeB] = [storedAdapterType(type, a.shape[1] ?? 1), storedAdapterType(type, rank)];
    return [
      {
        name: `${weight}.lora_a`,
        shape: a.shape,
        type: typeA,
        async *chunks() {
          yield encodeStored(typeA, (await read()).a);
        },
      },
      {
        name: `${weight}.lora_b`,
        shape: b.shape,
        type: typeB,
        async *chunks() {
          const rows = scaled((await read()).b, factor);
          const rotated = ggufArchitecture(config.architecture) === 'llama' && isRotated(`${module}.weight`);
          yield encodeStored(typeB, rotated ? interleaveRows(rows, config.headDim, rank) : rows);
          onProgress?.(++done, adapter.modules.size);
        },
      },
    ];
  });
  await writeGguf(file, metadata, tensors);
}

/**
 * The largest alpha of a module in the precision of the file, so that no B is multiplied by more than 1; never 0, which
 * llama.cpp takes for a scaling of 1.
 */
function fileAlpha({ modules }: Adapter): number {
  const alphas = [...modules.values()].map(({ rank, scaling }) => rank * scaling);
  return Math.fround(alphas.reduce((most, alpha) => (Math.abs(alpha) > Math.abs(most) ? alpha : most), 0)) || 1;
}

/** Alpha is rounded to single precision: a factor that differs from 1 by less than that changes nothing. */
function scaled(values: Float32Array, factor: number): Float32Array {
  return Math.abs(factor - 1) < 2 ** -23 ? values : values.map((value) => value * factor);
}
