import { BATCH_INPUTS, decoderLoss, type DecoderOptions } from './decoder.ts';
import {
  add,
  concat,
  div,
  gradients,
  Graph,
  minimum,
  mul,
  reciprocal,
  sqrt,
  squaredNorm,
  sub,
  sum,
  type Value,
} from './ir/index.ts';
import { adapterTensors, type AdapterTensor } from './lora.ts';

/** Output names of the loss and the norm of the gradient before clipping. */
export const LOSS = 'loss';
export const GRADIENT_NORM = 'gradientNorm';

/** Name prefixes of each adapter tensor's accumulated gradient and AdamW's two moments. */
export const STATE = { gradient: 'gradient:', first: 'first:', second: 'second:', next: 'next:' } as const;

/**
 * One forward and backward pass. Outputs the summed loss and, for each adapter tensor, the gradient accumulated so far
 * plus `weight` times the gradient of this batch's sum.
 */
export function stepGraph(options: DecoderOptions): Graph {
  const graph = new Graph();
  const loss = decoderLoss(graph, options);
  graph.output(LOSS, loss);
  const weighted = mul(loss, graph.input(BATCH_INPUTS.weight, 'float32', [1, 1]));
  const tensors = adapterTensors(options.config, options.lora);
  const parameters = tensors.map(({ name }) => graph.inputs.get(name) as Value);
  const grads = gradients(weighted, parameters);
  // The last layer's gradients come first, so that the runtime frees its activations before the layer below.
  tensors
    .map((tensor, i) => ({ tensor, gradient: grads[i] as Value }))
    .reverse()
    .forEach(({ tensor, gradient }) => {
      const name = `${STATE.gradient}${tensor.name}`;
      graph.output(`${STATE.next}${name}`, add(gradient, graph.input(name, 'float32', tensor.shape)));
    });
  return graph;
}

/** The forward pass alone: the summed loss. */
export function lossGraph(options: DecoderOptions): Graph {
  const graph = new Graph();
  graph.output(LOSS, decoderLoss(graph, { ...options, dropout: false }));
  return graph;
}

export interface AdamWConfig {
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Decoupled weight decay: each step also subtracts lr · weightDecay · parameter. */
  weightDecay: number;
  /** Maximum norm of the whole gradient; null disables clipping. */
  maxGradientNorm: number | null;
}

/** Inputs of the update graph that change from step to step, float32 [1]. */
export const UPDATE_INPUTS = { rate: 'rate', correction1: 'correction1', correction2: 'correction2' } as const;

/** Adam's scalars of update number `step` (from 1): bias corrections 1 − βᵗ, the second under a square root. */
export function corrections({ beta1, beta2 }: AdamWConfig, step: number): { correction1: number; correction2: number } {
  return { correction1: 1 - beta1 ** step, correction2: Math.sqrt(1 - beta2 ** step) };
}

/**
 * One update by AdamW (Loshchilov & Hutter 2019) as torch.optim.AdamW computes it, after clipping by global norm as
 * torch.nn.utils.clip_grad_norm_ does. Outputs the new parameters and moments and the norm before clipping.
 */
export function updateGraph(tensors: readonly AdapterTensor[], config: AdamWConfig): Graph {
  const graph = new Graph();
  const number = (value: number): Value => graph.constant(value, [1]);
  const input = (name: string, shape: number[]): Value => graph.input(name, 'float32', shape);
  const rate = input(UPDATE_INPUTS.rate, [1]);
  const rootCorrection2 = input(UPDATE_INPUTS.correction2, [1]);
  // Both corrections are folded into the step size and epsilon, which are scalars.
  const stepSize = div(mul(rate, rootCorrection2), input(UPDATE_INPUTS.correction1, [1]));
  const epsilon = mul(rootCorrection2, number(config.epsilon));
  const shrink = sub(number(1), mul(rate, number(config.weightDecay)));
  const gradient = tensors.map(({ name, shape }) => input(`${STATE.gradient}${name}`, shape));
  const norm = sqrt(sum(concat(gradient.map((g) => squaredNorm(g)) as [Value, ...Value[]], 0), 0));
  graph.output(GRADIENT_NORM, norm);
  const clip =
    config.maxGradientNorm === null
      ? number(1)
      : minimum(mul(number(config.maxGradientNorm), reciprocal(add(norm, number(1e-6)))), number(1));
  // The clipped gradient is never materialised: its factor is folded into those of the moments.
  const share1 = mul(number(1 - config.beta1), clip);
  const share2 = mul(number(1 - config.beta2), mul(clip, clip));
  tensors.forEach(({ name, shape }, i) => {
    const g = gradient[i] as Value;
    const moment = (prefix: string, beta: number, part: Value): Value => {
      const next = add(mul(input(`${prefix}${name}`, shape), number(beta)), part);
      graph.output(`${STATE.next}${prefix}${name}`, next);
      return next;
    };
    const first = moment(STATE.first, config.beta1, mul(g, share1));
    const second = moment(STATE.second, config.beta2, mul(mul(g, g), share2));
    const direction = div(first, add(sqrt(second), epsilon));
    graph.output(`${STATE.next}${name}`, sub(mul(input(name, shape), shrink), mul(direction, stepSize)));
  });
  return graph;
}
