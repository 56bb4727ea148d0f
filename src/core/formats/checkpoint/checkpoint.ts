import { LabError } from '../../error.ts';
import type { ModelConfig } from '../config.ts';
import { decodeStored, storedBytes, type StoredType } from '../stored.ts';

export interface TensorInfo {
  /** Row-major, outermost first. */
  shape: number[];
  type: StoredType;
}

/** JSON and text files that accompany the weights, by file name. */
export type SideFiles = Map<string, string>;

/**
 * The weights of a model, one tensor at a time, under the names and in the row order of Hugging Face checkpoints,
 * whatever their file format.
 */
export interface Checkpoint {
  /** Name for messages. */
  readonly name: string;
  readonly config: ModelConfig;
  /** `config.json`, tokenizer files, licence: read from the folder or rebuilt from a GGUF's metadata. */
  readonly files: SideFiles;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** How contradictions between the files were resolved, as sentences for a person. */
  readonly notes?: readonly string[];
  /** Stored bytes of `count` rows from row `start`; a vector is one row. */
  readStoredRows(tensor: string, start: number, count: number): Promise<Uint8Array>;
}

/** Rows and columns of a tensor; a vector is one row, leading dimensions are joined. */
export function matrixShape(info: TensorInfo): { rows: number; columns: number } {
  const columns = info.shape.at(-1) ?? 1;
  return { rows: info.shape.slice(0, -1).reduce((a, b) => a * b, 1), columns };
}

/** @throws {LabError} `bad-file` when the checkpoint has no tensor of that name. */
export function tensorInfo(checkpoint: Checkpoint, tensor: string): TensorInfo {
  const info = checkpoint.tensors.get(tensor);
  if (info) return info;
  throw missingTensor(checkpoint.name, tensor);
}

/** The error for a tensor that the checkpoint `where` lacks. */
export function missingTensor(where: string, tensor: string): LabError {
  return new LabError({
    code: 'bad-file',
    what: `It has no tensor "${tensor}".`,
    where,
    todo: 'Check that all parts of the model are present.',
  });
}

/** Decoded values of some rows. */
export async function readRows(
  checkpoint: Checkpoint,
  tensor: string,
  start: number,
  count: number,
): Promise<Float32Array> {
  const info = tensorInfo(checkpoint, tensor);
  const bytes = await checkpoint.readStoredRows(tensor, start, count);
  return decodeStored(info.type, bytes, count * matrixShape(info).columns);
}

/** Decoded values of a whole tensor, which must fit in memory. */
export async function readTensor(checkpoint: Checkpoint, tensor: string): Promise<Float32Array> {
  return readRows(checkpoint, tensor, 0, matrixShape(tensorInfo(checkpoint, tensor)).rows);
}

/** Bytes of a stored row. */
export function rowBytes(info: TensorInfo): number {
  return storedBytes(info.type, matrixShape(info).columns);
}

/** Names of the matrices of a layer with their shape, [output, input]. */
export function layerMatrices(config: ModelConfig): Record<string, [number, number]> {
  const { hiddenSize: h, intermediateSize: f, headDim: d, heads, kvHeads } = config;
  return {
    'self_attn.q_proj': [heads * d, h],
    'self_attn.k_proj': [kvHeads * d, h],
    'self_attn.v_proj': [kvHeads * d, h],
    'self_attn.o_proj': [h, heads * d],
    'mlp.gate_proj': [f, h],
    'mlp.up_proj': [f, h],
    'mlp.down_proj': [h, f],
  };
}

/** Whether a matrix of a layer must, may or must not have a bias, as in the models of Transformers. */
function biasRule({ architecture, biases }: ModelConfig, part: string): 'required' | 'optional' | 'none' {
  if (architecture === 'qwen2') return /[qkv]_proj$/.test(part) ? 'required' : 'none';
  if (architecture === 'mistral') return 'none';
  return (part.startsWith('self_attn') ? biases.attention : biases.feedForward) ? 'optional' : 'none';
}

/** Every tensor that a model of this configuration must (`required`) or may have, with its shape. */
export function expectedTensors(config: ModelConfig): {
  required: Map<string, number[]>;
  optional: Map<string, number[]>;
} {
  const { hiddenSize: h, vocabSize } = config;
  const required = new Map<string, number[]>([
    ['model.embed_tokens.weight', [vocabSize, h]],
    ['model.norm.weight', [h]],
  ]);
  const optional = new Map<string, number[]>();
  (config.tied ? optional : required).set('lm_head.weight', [vocabSize, h]);
  for (let layer = 0; layer < config.layers; layer++) {
    const prefix = `model.layers.${layer}.`;
    required.set(`${prefix}input_layernorm.weight`, [h]);
    required.set(`${prefix}post_attention_layernorm.weight`, [h]);
    for (const [part, shape] of Object.entries(layerMatrices(config))) {
      required.set(`${prefix}${part}.weight`, shape);
      const rule = biasRule(config, part);
      if (rule !== 'none') (rule === 'required' ? required : optional).set(`${prefix}${part}.bias`, [shape[0]]);
    }
  }
  return { required, optional };
}

const NAMED_AT_MOST = 20;

/** Why a bias contradicts the configuration or the architecture. */
function ruledOut(tensor: string, config: ModelConfig): string | undefined {
  const [, layer, part = ''] = /^model\.layers\.(\d+)\.(.+)\.bias$/.exec(tensor) ?? [];
  if (!Object.hasOwn(layerMatrices(config), part) || Number(layer) >= config.layers) return undefined;
  if (config.architecture !== 'llama') return `"${tensor}" is a bias that ${config.architecture} models do not have`;
  return (
    `"${tensor}" is a bias, but ${part.startsWith('self_attn') ? 'attention_bias' : 'mlp_bias'} in config.json is ` +
    'not true'
  );
}

/** Biases of the matrices that are multiplied together with this one: all of them have one, or none. */
function computedWith(bias: string): string[] {
  const groups = [
    ['q_proj', 'k_proj', 'v_proj'],
    ['gate_proj', 'up_proj'],
  ];
  const [, before = '', part = ''] = /^(.*\.)(\w+)\.bias$/.exec(bias) ?? [];
  return (groups.find((group) => group.includes(part)) ?? [])
    .filter((other) => other !== part)
    .map((other) => `${before}${other}.bias`);
}

/**
 * Compares the tensors of a checkpoint with its configuration.
 * @throws {LabError} `bad-config` naming the contradictions (at most twenty).
 */
export function checkTensors(name: string, config: ModelConfig, tensors: ReadonlyMap<string, TensorInfo>): void {
  // An absurd number of layers means a damaged configuration; do not build a list for it.
  const { required, optional } = expectedTensors({ ...config, layers: Math.min(config.layers, tensors.size + 1) });
  const problems: string[] = [];
  for (const [tensor, shape] of required) {
    const found = tensors.get(tensor);
    if (!found) problems.push(`"${tensor}" is missing`);
    else if (found.shape.join() !== shape.join())
      problems.push(`"${tensor}" is [${found.shape.join(', ')}] where config.json says [${shape.join(', ')}]`);
  }
  for (const [tensor, found] of tensors) {
    if (required.has(tensor)) continue;
    const shape = optional.get(tensor);
    if (!shape)
      problems.push(
        ruledOut(tensor, config) ?? `"${tensor}" belongs to no ${config.architecture} model of ${config.layers} layers`,
      );
    else if (found.shape.join() !== shape.join())
      problems.push(`"${tensor}" is [${found.shape.join(', ')}] where config.json says [${shape.join(', ')}]`);
  }
  for (const tensor of optional.keys()) {
    const partner = tensors.has(tensor) ? undefined : computedWith(tensor).find((other) => tensors.has(other));
    if (partner) problems.push(`"${partner}" exists, but "${tensor}", which is added with it, is missing`);
  }
  if (problems.length === 0) return;
  const shown = problems.slice(0, NAMED_AT_MOST).join('; ');
  const more = problems.length > NAMED_AT_MOST ? `; and ${problems.length - NAMED_AT_MOST} more` : '';
  throw new LabError({
    code: 'bad-config',
    what: `The configuration and the weights contradict each other: ${shown}${more}.`,
    where: name,
    todo: 'Use the config.json that belongs to these weights.',
  });
}
