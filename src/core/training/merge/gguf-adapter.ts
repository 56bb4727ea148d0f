import { LabError } from '../../error.ts';
import { architectureOf, metadataNumber, metadataString } from '../../formats/gguf/config.ts';
import { hfName, isRotated } from '../../formats/gguf/names.ts';
import { readGgufHeader } from '../../formats/gguf/read.ts';
import { restoreRows } from '../../formats/gguf/row-order.ts';
import type { GgufMetadata } from '../../formats/gguf/types.ts';
import type { ByteSource } from '../../formats/source.ts';
import {
  type Adapter,
  damagedAdapter,
  foreignTensor,
  type MatrixPlace,
  moduleOf,
  pairMatrices,
  type PlacedModule,
  readMatrix,
} from './adapter.ts';
import { settingsOfModules } from './module-settings.ts';

/** Metadata keys of llama.cpp's adapters (`gguf-py/gguf/constants.py`). */
export const ADAPTER_KEYS = {
  type: 'general.type',
  kind: 'adapter.type',
  alpha: 'adapter.lora.alpha',
  base: 'general.base_model.0.name',
  template: 'tokenizer.chat_template',
} as const;

const TENSOR_NAME = /^(.+\.weight)\.lora_([ab])$/;

/** An adapter in a GGUF file, and the chat template in its metadata. */
export interface GgufAdapter extends Adapter {
  readonly template: string | undefined;
}

/**
 * Opens a LoRA adapter in llama.cpp's format (that of `convert_lora_to_gguf.py`); its tensors are read on demand. Its
 * scaling is alpha/rank, with the rank of each module; an alpha of 0 stands for a scaling of 1, as in llama.cpp.
 * @throws {LabError} `unsupported` for models, other kinds of adapters and other tensors, `bad-file` for damage:
 * unpaired tensors, shapes that contradict each other, a missing alpha.
 */
export async function openGgufAdapter(name: string, source: ByteSource): Promise<GgufAdapter> {
  const where = name === source.name ? name : `${name}/${source.name}`;
  const { metadata, tensors } = await readGgufHeader(source);
  refuseOthers(metadata, where);
  const architecture = architectureOf(metadata, where);
  const alpha = metadataNumber(metadata, ADAPTER_KEYS.alpha);
  if (alpha === undefined || !Number.isFinite(alpha)) {
    throw damagedAdapter(where, `Its metadata "${ADAPTER_KEYS.alpha}" is ${alpha ?? 'missing'}.`);
  }
  const named = tensors.map((tensor) => {
    const [, weight = '', half] = TENSOR_NAME.exec(tensor.name) ?? [];
    const module = hfName(weight)?.replace(/\.weight$/, '');
    if (module === undefined || !/(?:_proj|^lm_head)$/.test(module)) throw foreignTensor(where, tensor.name);
    return { module, half: half === 'a' ? ('A' as const) : ('B' as const), tensor: asMatrix(tensor, half) };
  });
  const modules = new Map<string, PlacedModule>();
  for (const [module, { a, b }] of pairMatrices(named, where)) {
    const rank = a.shape[0] ?? 0;
    if (b.shape[1] !== rank) {
      throw damagedAdapter(
        where,
        `The tensor "${a.name}" is [${a.shape.join(', ')}] and "${b.name}" is [${b.shape.join(', ')}]: their ranks ` +
          'differ.',
      );
    }
    modules.set(module, { a, b, rank, scaling: alpha === 0 ? 1 : alpha / rank });
  }
  return {
    name,
    architecture,
    settings: settingsOfModules(modules, metadataString(metadata, ADAPTER_KEYS.base)),
    modules,
    template: metadataString(metadata, ADAPTER_KEYS.template),
    async factors(module, headDim) {
      const { a, b, rank } = moduleOf(modules, module);
      const values = await readMatrix(source, b, where);
      const rotated = architecture === 'llama' && isRotated(`${module}.weight`);
      const rows = b.shape[0] ?? 0;
      if (rotated && rows % headDim !== 0)
        throw damagedAdapter(where, `The tensor "${b.name}" has ${rows} rows, not whole heads of ${headDim}.`);
      return { a: await readMatrix(source, a, where), b: rotated ? restoreRows(values, headDim, rank) : values };
    },
  };
}

/** Some writers drop trailing dimensions of 1: an A of rank 1 is then a vector. */
function asMatrix(tensor: MatrixPlace, half: string | undefined): MatrixPlace {
  return half === 'a' && tensor.shape.length === 1 ? { ...tensor, shape: [1, ...tensor.shape] } : tensor;
}

function refuseOthers(metadata: GgufMetadata, where: string): void {
  const type = metadataString(metadata, ADAPTER_KEYS.type) ?? 'model';
  if (type !== 'adapter') {
    throw new LabError({
      code: 'unsupported',
      where,
      what: `It is a GGUF file of the type "${type}", not an adapter.`,
      todo: 'Use a LoRA adapter; open a model as a model.',
    });
  }
  const kind = metadataString(metadata, ADAPTER_KEYS.kind) ?? 'none';
  if (kind === 'lora') return;
  throw new LabError({
    code: 'unsupported',
    where,
    what: `It holds an adapter of the type "${kind}", where only lora can be merged.`,
    todo: 'Use a LoRA adapter, or a merged model.',
  });
}
