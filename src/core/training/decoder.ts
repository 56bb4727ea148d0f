import type { ModelConfig } from '../formats/config.ts';
import { attentionBiases, causalAttention, queryAngles, TOKEN_DIM } from './attention.ts';
import { frozenMatrix, type BaseLayout, type FrozenMatrix } from './base.ts';
import {
  add,
  exp,
  gemm,
  keep,
  log,
  max,
  mul,
  rmsNorm,
  sub,
  sum,
  swiglu,
  takeRows,
  type Graph,
  type Value,
} from './ir/index.ts';
import {
  adapterName,
  isAdapted,
  moduleName,
  projectionShape,
  scaling,
  TARGET_MODULES,
  type LoraConfig,
  type TargetModule,
} from './lora.ts';

/** Names of a batch's inputs; `T` tokens (padding included), `M` of them with a label. */
export const BATCH_INPUTS = {
  /** int32 [T]. */
  ids: 'ids',
  /** float32 [T, headDim / 2], angle tables of the tokens' positions. */
  cos: 'cos',
  sin: 'sin',
  /** int32 [M], the rows whose next token has a label, and int32 [T], its inverse (see `takeRows`). */
  rows: 'rows',
  inverse: 'inverse',
  /** int32 [M], the label of each of those rows. */
  labels: 'labels',
  /** float32 [1]: the reciprocal of the number of labels that the gradient is averaged over. */
  weight: 'weight',
} as const;

/** Name of the dropout mask of an adapter: bool [T, in], or [M, in] if `onlyLabels`. */
export function maskName(layer: number, target: TargetModule): string {
  return `mask.${layer}.${target}`;
}

/** Whether a projection needs only the rows with a label: after the last attention the others are unused. */
export function onlyLabels({ layers }: Pick<ModelConfig, 'layers'>, layer: number, target: TargetModule): boolean {
  return layer === layers - 1 && TARGET_MODULES[target] === 'mlp';
}

export interface DecoderOptions {
  config: ModelConfig;
  base: BaseLayout;
  lora: LoraConfig;
  /** Apply dropout to the adapters' inputs, with masks as inputs of the graph. */
  dropout: boolean;
}

/**
 * Adds a decoder with adapters to a graph and returns its summed negative log-likelihood over the labels, in nats,
 * shape [1, 1]. Base weights are inputs named as in a checkpoint, matrices [out, in] (quantised ones in parts, see
 * base.ts); adapters are inputs named as in PEFT.
 */
export function decoderLoss(graph: Graph, { config, base, lora, dropout }: DecoderOptions): Value {
  const { hiddenSize: hidden, headDim, normEpsilon } = config;
  const weight = (name: string, dims: number[]): Value => graph.input(name, 'float32', dims);
  const norm = (x: Value, name: string): Value => rmsNorm(x, weight(`${name}.weight`, [hidden]), normEpsilon);
  const [ids, rows, inverse, labels] = [
    graph.input(BATCH_INPUTS.ids, 'int32', [TOKEN_DIM]),
    graph.input(BATCH_INPUTS.rows, 'int32', ['M']),
    graph.input(BATCH_INPUTS.inverse, 'int32', [TOKEN_DIM]),
    graph.input(BATCH_INPUTS.labels, 'int32', ['M']),
  ];
  const angles = (name: string): Value => graph.input(name, 'float32', [TOKEN_DIM, headDim / 2]);
  const keys = { cos: angles(BATCH_INPUTS.cos), sin: angles(BATCH_INPUTS.sin) };
  const queries = queryAngles(keys, headDim);
  const biasesOf = new Map(
    [...new Set(config.windows)].map((window) => [window, attentionBiases(graph, window, config)]),
  );

  const project = (x: Value, layer: number, target: TargetModule): Value => {
    const [out, in_] = projectionShape(config, target);
    const name = moduleName(layer, target);
    let y = frozenMatrix(graph, `${name}.weight`, [out, in_], base).multiply(x);
    if (base.has(`${name}.bias`)) y = add(y, weight(`${name}.bias`, [out]));
    if (!isAdapted(lora, layer, target)) return y;
    const a = weight(`${adapterName(layer, target)}.lora_A.weight`, [lora.rank, in_]);
    const b = weight(`${adapterName(layer, target)}.lora_B.weight`, [out, lora.rank]);
    const kept = dropout
      ? keep(
          graph.input(maskName(layer, target), 'bool', [onlyLabels(config, layer, target) ? 'M' : TOKEN_DIM, in_]),
          x,
        )
      : x;
    const alpha = scaling(lora) / (dropout ? 1 - lora.dropout : 1);
    // Not as the product's third operand, which onnxruntime copies single-threaded.
    return add(y, gemm(gemm(kept, a, { transB: true }), b, { transB: true, alpha }));
  };
  const attention = (x: Value, layer: number): Value => {
    const tables = { keys, queries, biases: biasesOf.get(config.windows[layer] ?? null) as Value[] };
    const [q, k, v] = [project(x, layer, 'q_proj'), project(x, layer, 'k_proj'), project(x, layer, 'v_proj')];
    return project(causalAttention(q, k, v, tables, config), layer, 'o_proj');
  };
  const feedForward = (x: Value, layer: number): Value =>
    project(swiglu(project(x, layer, 'gate_proj'), project(x, layer, 'up_proj')), layer, 'down_proj');

  const table = (name: string): FrozenMatrix => frozenMatrix(graph, name, [config.vocabSize, hidden], base);
  const embedding = table('model.embed_tokens.weight');
  let x = embedding.rows(ids);
  for (let layer = 0; layer < config.layers; layer++) {
    const name = `model.layers.${layer}`;
    x = add(x, attention(norm(x, `${name}.input_layernorm`), layer));
    if (layer === config.layers - 1) x = takeRows(x, rows, inverse);
    x = add(x, feedForward(norm(x, `${name}.post_attention_layernorm`), layer));
  }
  const head = config.tied ? embedding : table('lm_head.weight');
  return crossEntropy(norm(x, 'model.norm'), head, labels);
}

/**
 * Summed cross-entropy of labels [M] under softmax(x · headᵀ), shape [1, 1]. The label's own logit is a dot product
 * with its row of the head, so that the gradient is softmax · head − head[labels], without one-hot rows.
 */
function crossEntropy(x: Value, head: FrozenMatrix, labels: Value): Value {
  const logits = head.multiply(x);
  const peak = max(logits, 1);
  const logTotal = add(log(sum(exp(sub(logits, peak)), 1)), peak);
  return sum(sub(logTotal, sum(mul(x, head.rows(labels)), 1)), 0);
}
