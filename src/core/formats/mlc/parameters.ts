import { at, entry } from '../../at.ts';
import { LabError } from '../../error.ts';
import { layerMatrices } from '../checkpoint/checkpoint.ts';
import type { ModelConfig } from '../config.ts';
import { MLC_FORMATS, type MlcDtype, type MlcFloat } from './format.ts';
import { CODES_PER_WORD, GROUP } from './quantise.ts';

/** A parameter of an MLC model: the rows of one or more checkpoint tensors, stacked. */
export interface MlcParameter {
  /** Name without the suffix of its storage. */
  module: string;
  /** Checkpoint tensors, in the order of their rows. */
  sources: string[];
  /** [rows, columns], or [length] for norms and biases. */
  shape: [number, number] | [number];
  kind: 'weight' | 'bias';
}

/** A tensor under its name in MLC's index and model libraries. */
export interface MlcTensor {
  name: string;
  shape: number[];
  dtype: 'uint32' | MlcFloat;
}

const ATTENTION = ['q_proj', 'k_proj', 'v_proj'];

/**
 * The parameters that mlc-llm's model of this architecture has, in the order of its libraries' metadata.
 * @throws {LabError} `unsupported` when the checkpoint has tensors that MLC's model lacks.
 */
export function mlcParameters(config: ModelConfig, tensors: Iterable<string>): MlcParameter[] {
  const shapes = layerMatrices(config);
  const qwen = config.architecture === 'qwen2';
  const matrix = (module: string, prefix: string, parts: string[]): MlcParameter => ({
    module,
    sources: parts.map((part) => `${prefix}${part}.weight`),
    shape: [parts.reduce((sum, part) => sum + entry(shapes, part)[0], 0), entry(shapes, at(parts, 0))[1]],
    kind: 'weight',
  });
  const vector = (module: string): MlcParameter => ({
    module,
    sources: [`${module}.weight`],
    shape: [config.hiddenSize],
    kind: 'weight',
  });
  const table = (module: string): MlcParameter => ({
    module,
    sources: [`${module}.weight`],
    shape: [config.vocabSize, config.hiddenSize],
    kind: 'weight',
  });
  const attention = ATTENTION.map((part) => `self_attn.${part}`);
  const layers = Array.from({ length: config.layers }, (_, layer) => {
    const prefix = `model.layers.${layer}.`;
    const qkv = matrix(`${prefix}self_attn.${qwen ? 'c_attn' : 'qkv_proj'}`, prefix, attention);
    const bias: MlcParameter = {
      module: qkv.module,
      sources: attention.map((part) => `${prefix}${part}.bias`),
      shape: [qkv.shape[0]],
      kind: 'bias',
    };
    return [
      qkv,
      ...(qwen ? [bias] : []),
      matrix(`${prefix}self_attn.o_proj`, prefix, ['self_attn.o_proj']),
      matrix(`${prefix}mlp.gate_up_proj`, prefix, ['mlp.gate_proj', 'mlp.up_proj']),
      matrix(`${prefix}mlp.down_proj`, prefix, ['mlp.down_proj']),
      vector(`${prefix}input_layernorm`),
      vector(`${prefix}post_attention_layernorm`),
    ];
  });
  const parameters = [
    table('model.embed_tokens'),
    ...layers.flat(),
    vector('model.norm'),
    ...(config.tied ? [] : [table('lm_head')]),
  ];
  const placed = new Set(parameters.flatMap(({ sources }) => sources));
  const left = [...tensors].filter((name) => !placed.has(name));
  if (left.length === 0) return parameters;
  throw new LabError({
    code: 'unsupported',
    what:
      `MLC's ${config.architecture} model has no parameter for ` +
      `${left.slice(0, 3).join(', ')}${left.length > 3 ? ` and ${left.length - 3} more` : ''}.`,
    todo: 'Export it as ONNX or GGUF.',
  });
}

/** The tensors of a parameter: words and scales of a quantised matrix, anything else unchanged. */
export function mlcTensors({ module, shape, kind }: MlcParameter, dtype: MlcDtype): MlcTensor[] {
  const { float, quantised } = MLC_FORMATS[dtype];
  const [rows, columns] = shape;
  if (!quantised || columns === undefined) return [{ name: `${module}.${kind}`, shape: [...shape], dtype: float }];
  if (columns % GROUP !== 0) {
    throw new LabError({
      code: 'bad-config',
      where: module,
      what: `Its rows have ${columns} values, which groups of ${GROUP} do not divide.`,
      todo: 'Export it with --dtype q0f16.',
    });
  }
  return [
    { name: `${module}.q_weight`, shape: [rows, columns / CODES_PER_WORD], dtype: 'uint32' },
    { name: `${module}.q_scale`, shape: [rows, columns / GROUP], dtype: float },
  ];
}
