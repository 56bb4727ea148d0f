import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { ModelConfig } from '../config.ts';
import { attr, MICROSOFT, GraphBuilder, type OnnxAttribute } from '../onnx/index.ts';
import { BLOCK } from '../quantise.ts';
import { EXPORT_FORMATS, type ExportDtype } from './dtype.ts';
import { addPositions, givenEmbedding, keepLast, lookUpOnGpu, storedEmbedding, type Positions } from './ends.ts';
import { gateLevel, OPEN_GATE, openGate, productAttributes } from './open-gate.ts';
import { fusesNorm, gpuLayout, type GpuLayout } from './gpu-layout.ts';
import { bitsOf, STACKED } from './stacks.ts';
import { buildVocabulary, vocabularyMatrices } from './vocabulary.ts';
import { storedBits, type DecoderWeights, type FloatMatrix, type QuantisedMatrix } from './weights.ts';

/** What an exporter decides about a graph. */
export interface DecoderChoices {
  /** Matrices that get 8 bits if the others get 4. */
  eightBits?: ((tensor: string) => boolean) | undefined;
  /** For WebGPU, where other bits need fewer nodes. */
  forGpu?: boolean;
  /** Lengths of the sequence are inputs instead of a mask, as they are for WebGPU. */
  givenLengths?: boolean;
}

/**
 * Writes the graph of a Llama-shaped decoder and, through `weights`, its data.
 *
 * Inputs `input_ids`, `attention_mask` (int64), `num_logits_to_keep` (int64 scalar: logits of that many last positions,
 * 0 for all), `past_key_values.{i}.key|value`; outputs `logits`, `present.{i}.key|value`: the contract of
 * transformers.js. For WebGPU, where 64-bit integers are computed on the CPU, `seqlens_k` and `total_sequence_length`
 * (int32) replace the mask, and the graph ends with the last layer: a second graph, `vocabulary`, makes logits of its
 * outputs. An embedding that is tied to the output matrix is an input then, because that graph has it. If the hidden
 * state holds every value twice, so does `input_ids` (docs/reference/model-files.md).
 */
export class DecoderBuilder {
  readonly graph = new GraphBuilder('decoder');
  /** What follows the last layer, for WebGPU only. */
  readonly vocabulary = new GraphBuilder('vocabulary');
  readonly #config: ModelConfig;
  readonly #io: 'float32' | 'float16';
  /** Cached sums of activations over blocks of 32, by the name of the summed value. */
  readonly #sums = new Map<string, string>();
  readonly #source: Checkpoint;
  readonly #dtype: ExportDtype;
  readonly #contextLength: number;
  readonly #eightBits: (tensor: string) => boolean;
  readonly #gpu: GpuLayout | undefined;
  readonly #givenLengths: boolean;

  constructor(
    source: Checkpoint,
    dtype: ExportDtype,
    /** Number of positions in the rotary tables. */
    contextLength: number,
    { eightBits = () => false, forGpu = false, givenLengths = forGpu }: DecoderChoices = {},
  ) {
    this.#source = source;
    this.#dtype = dtype;
    this.#contextLength = contextLength;
    this.#gpu = forGpu ? gpuLayout(source) : undefined;
    this.#eightBits = this.#gpu?.eightBits ?? eightBits;
    this.#givenLengths = givenLengths;
    this.#config = source.config;
    this.#io = EXPORT_FORMATS[dtype].io;
  }

  /** @param ownWeights those of the second graph, for WebGPU. */
  async build(weights: DecoderWeights, ownWeights = weights): Promise<void> {
    const { graph } = this;
    const config = this.#config;
    graph.input('input_ids', 'int64', ['batch_size', 'sequence_length', ...(this.#times === 2 ? [2] : [])]);
    if (!this.#givenLengths) graph.input('attention_mask', 'int64', ['batch_size', 'total_sequence_length']);
    if (!this.#gpu) {
      graph.input('num_logits_to_keep', 'int64', []);
      graph.ints('axis.1', [1]);
      if (EXPORT_FORMATS[this.#dtype].bits !== null) graph.ints('axis.last', [-1]);
    }
    const position = await addPositions(graph, weights, config, this.#contextLength, this.#givenLengths);

    const embedding = await this.#embedding(weights);
    let residual = embedding.hidden;
    let branch: string | undefined;
    for (let layer = 0; layer < config.layers; layer++) {
      const prefix = `model.layers.${layer}`;
      const attended = await this.#norm(weights, `${prefix}.input_layernorm`, residual, branch);
      residual = attended.residual;
      const attention = await this.#attention(weights, layer, attended.hidden, position);
      const fed = await this.#norm(weights, `${prefix}.post_attention_layernorm`, residual, attention);
      residual = fed.residual;
      branch = await this.#feedForward(weights, prefix, fed.hidden);
    }
    if (this.#gpu && branch !== undefined) {
      for (const name of [residual, branch])
        graph.output(name, this.#io, ['batch_size', 'sequence_length', this.#times * config.hiddenSize]);
      await buildVocabulary(this.vocabulary, ownWeights, config, this.#io, { residual, branch }, this.#times);
    } else {
      const last = await this.#norm(weights, 'model.norm', residual, branch);
      await embedding.logits(keepLast(graph, last.hidden));
      graph.output('logits', this.#io, ['batch_size', 'logits_length', config.vocabSize]);
    }
    for (let layer = 0; layer < config.layers; layer++) {
      for (const part of ['key', 'value'])
        graph.output(`present.${layer}.${part}`, this.#io, this.#cacheDims('total_sequence_length'));
    }
  }

  /** How often the hidden state holds every value. */
  get #times(): 1 | 2 {
    return this.#gpu?.twofold ? 2 : 1;
  }

  /** transformers.js builds the first, empty cache from these: only `batch_size` and the length may be symbolic. */
  #cacheDims(length: string) {
    return ['batch_size', this.#config.kvHeads, length, this.#config.headDim];
  }

  #ms(op: string, inputs: string[], attributes: Record<string, OnnxAttribute>, outputs?: string[]): string {
    return this.graph.node(op, inputs, attributes, { domain: MICROSOFT, ...(outputs && { outputs }) });
  }

  /** Embedding lookup, and a function that adds the output matrix; both share one matrix if the model ties them. */
  async #embedding(weights: DecoderWeights) {
    const config = this.#config;
    const { embedding: table, output: head } = vocabularyMatrices(config);
    if (EXPORT_FORMATS[this.#dtype].bits === null) {
      const matrix = await weights.float(table, [`${table}.weight`]);
      const hidden = this.#lookUpFloat(matrix);
      const logits = async (kept: string) => {
        this.#matMul(kept, config.tied ? matrix : await weights.float(head, [`${head}.weight`]), 'logits');
      };
      return { hidden, logits };
    }
    if (this.#gpu) {
      const rows = config.tied
        ? givenEmbedding(this.graph, table, this.#io, config)
        : storedEmbedding(this.graph, await weights.quantised(table, [`${table}.weight`], 8));
      return { hidden: lookUpOnGpu(this.graph, rows, this.#times), logits: () => Promise.resolve() };
    }
    const matrix = await weights.quantised(table, [`${table}.weight`], 8);
    const hidden = this.#lookUp(matrix);
    const logits = async (kept: string) => {
      const output = config.tied ? matrix : await weights.quantised(head, [`${head}.weight`], 8);
      this.#matMulNBits(kept, output, 8, 'logits');
    };
    return { hidden, logits };
  }

  /**
   * (codes − 128) · scale of the rows that `input_ids` names, in standard operators: the WebGPU build of ONNX Runtime
   * has no GatherBlockQuantized for the CPU, to which transformers.js falls back without WebGPU.
   */
  #lookUp(matrix: QuantisedMatrix): string {
    const { graph } = this;
    const half = this.#io === 'float16';
    graph.initializer(
      'embedding.zero',
      this.#io,
      [],
      half ? Uint8Array.of(0x00, 0x58) : new Uint8Array(Float32Array.of(128).buffer),
    );
    graph.ints('embedding.shape', [0, 0, matrix.columns]);
    const codes = graph.node('Gather', [matrix.codes, 'input_ids'], { axis: attr.int(0) });
    const centred = graph.node('Sub', [graph.node('Cast', [codes], { to: attr.int(half ? 10 : 1) }), 'embedding.zero']);
    const scales = graph.node('Gather', [matrix.scales, 'input_ids'], { axis: attr.int(0) });
    const column = graph.node('Unsqueeze', [scales, 'axis.last']);
    return graph.node('Reshape', [graph.node('Mul', [centred, column]), 'embedding.shape']);
  }

  /** RMSNorm of `residual + branch`; also returns the sum. */
  async #norm(weights: DecoderWeights, name: string, residual: string, branch: string | undefined) {
    const gamma = await weights.vector(name, Array<string>(this.#times).fill(`${name}.weight`));
    const epsilon = attr.float(this.#config.normEpsilon);
    const hidden = `${name}.out`;
    if (branch === undefined) {
      this.graph.node(
        'SimplifiedLayerNormalization',
        [residual, gamma],
        { axis: attr.int(-1), epsilon, stash_type: attr.int(1) },
        { outputs: [hidden] },
      );
      return { hidden, residual };
    }
    const last = name === 'model.norm';
    const sum = `${name}.sum`;
    this.#ms(
      'SkipSimplifiedLayerNormalization',
      [residual, branch, gamma],
      { epsilon },
      last ? [hidden] : [hidden, '', '', sum],
    );
    return { hidden, residual: sum };
  }

  async #attention(weights: DecoderWeights, layer: number, hidden: string, position: Positions) {
    const { graph } = this;
    const config = this.#config;
    const prefix = `model.layers.${layer}`;
    const packed = await this.#linear(weights, prefix, 'self_attn.qkv_proj', hidden);
    const past = ['key', 'value'].map((part) =>
      graph.input(`past_key_values.${layer}.${part}`, this.#io, this.#cacheDims('past_sequence_length')),
    );
    const out = `${prefix}.self_attn.out`;
    this.#ms(
      'GroupQueryAttention',
      [packed, '', '', ...past, position.lengths, position.total, position.cos, position.sin],
      {
        num_heads: attr.int(config.heads),
        kv_num_heads: attr.int(config.kvHeads),
        scale: attr.float(1 / Math.sqrt(config.headDim)),
        do_rotary: attr.int(1),
        rotary_interleaved: attr.int(0),
        local_window_size: attr.int(config.windows[layer] ?? -1),
        softcap: attr.float(0),
      },
      [out, `present.${layer}.key`, `present.${layer}.value`],
    );
    return this.#linear(weights, prefix, 'self_attn.o_proj', out);
  }

  async #feedForward(weights: DecoderWeights, prefix: string, hidden: string): Promise<string> {
    const gated = await this.#linear(weights, prefix, 'mlp.gate_proj', hidden);
    const raised = await this.#linear(weights, prefix, 'mlp.up_proj', hidden);
    return this.#linear(weights, prefix, 'mlp.down_proj', this.#gated(gated, raised));
  }

  /** SiLU of the first, times the second. */
  #gated(gated: string, raised: string): string {
    const { graph } = this;
    const gate = graph.node('Sigmoid', [gated]);
    // In another order, ONNX Runtime does not fuse it with a norm that has another epsilon.
    return this.#gpu && !fusesNorm(this.#config)
      ? graph.node('Mul', [gated, graph.node('Mul', [gate, raised])])
      : graph.node('Mul', [graph.node('Mul', [gated, gate]), raised]);
  }

  /** x · Wᵀ + b with the rows of several matrices stacked; has a bias if any of them has one. */
  async #linear(weights: DecoderWeights, prefix: string, stack: string, input: string): Promise<string> {
    const name = `${prefix}.${stack}`;
    const parts = (STACKED[stack] ?? []).map((part) => `${prefix}.${part}`);
    const tensors = parts.map((part) => `${part}.weight`);
    const bits = bitsOf(tensors, this.#dtype, this.#eightBits);
    const isAdded = /\.(o|down)_proj$/.test(name);
    const twice = this.#gpu?.twofold ? (isAdded ? 'output' : 'input') : undefined;
    let output: string;
    if (bits === null) {
      output = this.#matMul(input, await weights.float(name, tensors));
    } else {
      const opened = twice === 'input' && stack === OPEN_GATE;
      const matrix = await weights.quantised(name, tensors, bits, twice, opened ? 1 / gateLevel(this.#io) : 1);
      output = this.#matMulNBits(input, matrix, storedBits(bits, twice));
      if (opened) output = this.#gated(await openGate(this.graph, weights, this.#io, input, matrix), output);
    }
    const biases = parts.map((part) => `${part}.bias`).filter((bias) => this.#source.tensors.has(bias));
    if (biases.length === 0) return output;
    if (twice === 'output') biases.push(...biases);
    return this.graph.node('Add', [output, await weights.vector(`${name}.bias`, biases)]);
  }

  #lookUpFloat({ name, byColumns }: FloatMatrix): string {
    const { graph } = this;
    if (!byColumns) return graph.node('Gather', [name, 'input_ids'], { axis: attr.int(0) });
    const gathered = graph.node('Gather', [name, 'input_ids'], { axis: attr.int(1) });
    return graph.node('Transpose', [gathered], { perm: attr.ints([1, 2, 0]) });
  }

  /** x · Wᵀ. */
  #matMul(input: string, { name, byColumns }: FloatMatrix, output?: string): string {
    const { graph } = this;
    const right = byColumns ? name : graph.node('Transpose', [name], { perm: attr.ints([1, 0]) });
    return graph.node('MatMul', [input, right], {}, output ? { outputs: [output] } : {});
  }

  /**
   * MatMulNBits supports integer zero points only on WebGPU, and its fast path only without them. A 4-bit block with a
   * minimum is therefore split: x·(codes − 8)·scale by MatMulNBits, plus (sum of x over the block)·(minimum + 8·scale).
   */
  #matMulNBits(input: string, matrix: QuantisedMatrix, bits: number, output?: string): string {
    const product = this.#ms(
      'MatMulNBits',
      [input, matrix.codes, matrix.scales],
      productAttributes(matrix, bits),
      output && !matrix.offsets ? [output] : undefined,
    );
    if (!matrix.offsets) return product;
    const shift = this.graph.node('MatMul', [this.#blockSums(input, matrix.columns), matrix.offsets]);
    return this.graph.node('Add', [product, shift], {}, output ? { outputs: [output] } : {});
  }

  #blockSums(input: string, columns: number): string {
    const known = this.#sums.get(input);
    if (known) return known;
    const { graph } = this;
    const shape = `blocks.${columns}`;
    if (!graph.graph.initializers.some((tensor) => tensor.name === shape))
      graph.ints(shape, [0, 0, columns / BLOCK, BLOCK]);
    const sums = graph.node('ReduceSum', [graph.node('Reshape', [input, shape]), 'axis.last'], {
      keepdims: attr.int(0),
    });
    this.#sums.set(input, sums);
    return sums;
  }
}
