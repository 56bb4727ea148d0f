import { LabError } from '../../error.ts';
import { toHalf } from '../float.ts';
import { attr, GraphBuilder, type OnnxModel } from '../onnx/index.ts';
import type { EncoderConfig } from './config.ts';
import { packBytes, packTwelve } from './pack.ts';
import type { EncoderWeights } from './weights.ts';

export const ENCODER_DTYPES = ['fp32', 'q8'] as const;
/**
 * `q8`: word embeddings in 8 bits, matrices in 12, positions as float16. With matrices in 8 bits, single BERTScores of
 * all-MiniLM-L6-v2 are off by up to 2.3e-3; the bits that matter are not in the embeddings.
 */
export type EncoderDtype = (typeof ENCODER_DTYPES)[number];

/** Number of neighbouring values of a word embedding that share a scale. */
const GROUP = 64;

/**
 * Builds the graph of a BERT encoder with its weights inside. Inputs `input_ids`, `attention_mask`, `token_type_ids`
 * (int64 [batch, sequence]); output `last_hidden_state` (float32 [batch, sequence, hidden]): the contract of
 * transformers.js.
 * @throws {LabError} `bad-config` when groups of 64 don't divide the embeddings of `q8`.
 *
 * Reference: Devlin et al. (2019), "BERT: pre-training of deep bidirectional transformers"; transformers' `BertModel`
 * without pooler.
 */
export async function buildEncoder(
  config: EncoderConfig,
  weights: EncoderWeights,
  dtype: EncoderDtype,
): Promise<OnnxModel> {
  if (dtype === 'q8' && config.hiddenSize % GROUP !== 0) {
    throw new LabError({
      code: 'bad-config',
      where: 'config.json',
      what: `Groups of ${GROUP} do not divide ${config.hiddenSize} hidden values.`,
      todo: 'Export the encoder as fp32.',
    });
  }
  const builder = new EncoderBuilder(config, weights, dtype);
  await builder.build();
  return builder.graph.build({ dtype });
}

class EncoderBuilder {
  readonly graph = new GraphBuilder('encoder');

  readonly #config: EncoderConfig;
  readonly #weights: EncoderWeights;
  readonly #dtype: EncoderDtype;

  constructor(config: EncoderConfig, weights: EncoderWeights, dtype: EncoderDtype) {
    this.#config = config;
    this.#weights = weights;
    this.#dtype = dtype;
  }

  async build(): Promise<void> {
    const { graph } = this;
    const config = this.#config;
    for (const name of ['input_ids', 'attention_mask', 'token_type_ids'])
      graph.input(name, 'int64', ['batch_size', 'sequence_length']);
    const headSize = config.hiddenSize / config.heads;
    graph.ints('shape.heads', [0, 0, config.heads, headSize]);
    graph.ints('shape.joined', [0, 0, config.hiddenSize]);
    graph.floats('attention.scale', [], [1 / Math.sqrt(headSize)]);
    const mask = this.#mask();
    let hidden = await this.#embeddings();
    for (let layer = 0; layer < config.layers; layer++) {
      const prefix = `encoder.layer.${layer}`;
      const attended = await this.#attention(`${prefix}.attention`, hidden, mask);
      hidden = await this.#norm(`${prefix}.attention.output.LayerNorm`, graph.node('Add', [attended, hidden]));
      const fed = await this.#feedForward(prefix, hidden);
      const last = layer === config.layers - 1;
      hidden = await this.#norm(
        `${prefix}.output.LayerNorm`,
        graph.node('Add', [fed, hidden]),
        last ? 'last_hidden_state' : undefined,
      );
    }
    graph.output('last_hidden_state', 'float32', ['batch_size', 'sequence_length', config.hiddenSize]);
  }

  /** 0 for tokens, a very low number for padding; [batch, 1, 1, sequence]. */
  #mask(): string {
    const { graph } = this;
    graph.floats('mask.one', [], [1]);
    graph.floats('mask.lowest', [], [-1e9]);
    graph.ints('mask.axes', [1, 2]);
    const kept = graph.node('Cast', ['attention_mask'], { to: attr.int(1) });
    const hidden = graph.node('Mul', [graph.node('Sub', ['mask.one', kept]), 'mask.lowest']);
    return graph.node('Unsqueeze', [hidden, 'mask.axes']);
  }

  async #embeddings(): Promise<string> {
    const { graph } = this;
    const config = this.#config;
    const h = config.hiddenSize;
    const gather = { axis: attr.int(0) };
    const words = await this.#words();
    const types = await this.#floats('embeddings.token_type_embeddings.weight', [config.tokenTypes, h]);
    const positions = await this.#halves('embeddings.position_embeddings.weight', [config.maxPositions, h]);
    graph.ints('position.first', [0]);
    graph.ints('position.axis', [0]);
    const shape = graph.node('Shape', ['input_ids'], { start: attr.int(1), end: attr.int(2) });
    const places = graph.node('Slice', [positions, 'position.first', shape, 'position.axis']);
    const typed = graph.node('Add', [words, graph.node('Gather', [types, 'token_type_ids'], gather)]);
    return this.#norm('embeddings.LayerNorm', graph.node('Add', [typed, places]));
  }

  async #words(): Promise<string> {
    const { graph } = this;
    const config = this.#config;
    const name = 'embeddings.word_embeddings.weight';
    const shape = [config.vocabSize, config.hiddenSize];
    const gather = { axis: attr.int(0) };
    if (this.#dtype === 'fp32') return graph.node('Gather', [await this.#floats(name, shape), 'input_ids'], gather);
    const groups = config.hiddenSize / GROUP;
    const { codes, scales } = packBytes(await this.#weights.read(name, shape), GROUP);
    graph.initializer(`${name}.codes`, 'uint8', [config.vocabSize, groups, GROUP], codes);
    graph.floats(`${name}.scales`, [config.vocabSize, groups, 1], scales);
    graph.floats('words.zero', [], [128]);
    const looked = graph.node('Cast', [graph.node('Gather', [`${name}.codes`, 'input_ids'], gather)], {
      to: attr.int(1),
    });
    const scaled = graph.node('Mul', [
      graph.node('Sub', [looked, 'words.zero']),
      graph.node('Gather', [`${name}.scales`, 'input_ids'], gather),
    ]);
    return graph.node('Reshape', [scaled, 'shape.joined']);
  }

  async #attention(prefix: string, hidden: string, mask: string): Promise<string> {
    const { graph } = this;
    const config = this.#config;
    const h = config.hiddenSize;
    const heads = async (part: string, perm: number[]) => {
      const projected = await this.#linear(`${prefix}.self.${part}`, hidden, h, h);
      return graph.node('Transpose', [graph.node('Reshape', [projected, 'shape.heads'])], { perm: attr.ints(perm) });
    };
    const query = await heads('query', [0, 2, 1, 3]);
    const key = await heads('key', [0, 2, 3, 1]);
    const value = await heads('value', [0, 2, 1, 3]);
    const scores = graph.node('Mul', [graph.node('MatMul', [query, key]), 'attention.scale']);
    const shares = graph.node('Softmax', [graph.node('Add', [scores, mask])], { axis: attr.int(-1) });
    const mixed = graph.node('Transpose', [graph.node('MatMul', [shares, value])], { perm: attr.ints([0, 2, 1, 3]) });
    return this.#linear(`${prefix}.output.dense`, graph.node('Reshape', [mixed, 'shape.joined']), h, h);
  }

  async #feedForward(prefix: string, hidden: string): Promise<string> {
    const { hiddenSize: h, intermediateSize: f } = this.#config;
    const raised = await this.#linear(`${prefix}.intermediate.dense`, hidden, f, h);
    return this.#linear(
      `${prefix}.output.dense`,
      this.graph.node('Gelu', [raised], { approximate: attr.string('none') }),
      h,
      f,
    );
  }

  async #norm(name: string, input: string, output?: string): Promise<string> {
    const { hiddenSize, normEpsilon } = this.#config;
    const gamma = await this.#floats(`${name}.weight`, [hiddenSize]);
    const beta = await this.#floats(`${name}.bias`, [hiddenSize]);
    const attributes = { axis: attr.int(-1), epsilon: attr.float(normEpsilon) };
    return this.graph.node('LayerNormalization', [input, gamma, beta], attributes, output ? { outputs: [output] } : {});
  }

  /** x · Wᵀ + b. */
  async #linear(name: string, input: string, rows: number, columns: number): Promise<string> {
    const { graph } = this;
    const bias = await this.#floats(`${name}.bias`, [rows]);
    return graph.node('Add', [await this.#product(`${name}.weight`, input, rows, columns), bias]);
  }

  async #product(name: string, input: string, rows: number, columns: number): Promise<string> {
    const { graph } = this;
    const matrix =
      this.#dtype === 'fp32' ? await this.#floats(name, [rows, columns]) : await this.#twelveBits(name, rows, columns);
    return graph.node('MatMul', [input, graph.node('Transpose', [matrix], { perm: attr.ints([1, 0]) })]);
  }

  /**
   * (16 · high + low − 2048) · scale, one scale per row. It depends on no input, so ONNX Runtime computes it once, at
   * loading.
   */
  async #twelveBits(name: string, rows: number, columns: number): Promise<string> {
    const { graph } = this;
    const { high, low, scales } = packTwelve(await this.#weights.read(name, [rows, columns]), columns);
    const float = (part: string, bytes: Uint8Array, width: number) =>
      graph.node('Cast', [graph.initializer(`${name}.${part}`, 'uint8', [rows, width], bytes)], { to: attr.int(1) });
    if (!graph.graph.initializers.some((tensor) => tensor.name === 'twelve.sixteen')) {
      graph.floats('twelve.sixteen', [], [16]);
      graph.floats('twelve.zero', [], [2048]);
      graph.ints('twelve.pair', [-1]);
    }
    const pairs = float('low', low, columns / 2);
    const odd = graph.node('Floor', [graph.node('Div', [pairs, 'twelve.sixteen'])]);
    const even = graph.node('Sub', [pairs, graph.node('Mul', [odd, 'twelve.sixteen'])]);
    const sides = [even, odd].map((side) => graph.node('Unsqueeze', [side, 'twelve.pair']));
    const shape = graph.ints(`${name}.shape`, [rows, columns]);
    const lower = graph.node('Reshape', [graph.node('Concat', sides, { axis: attr.int(-1) }), shape]);
    const codes = graph.node('Add', [graph.node('Mul', [float('high', high, columns), 'twelve.sixteen']), lower]);
    return graph.node('Mul', [
      graph.node('Sub', [codes, 'twelve.zero']),
      graph.floats(`${name}.scales`, [rows, 1], scales),
    ]);
  }

  async #floats(name: string, shape: number[]): Promise<string> {
    const values = await this.#weights.read(name, shape);
    return this.graph.initializer(
      name,
      'float32',
      shape,
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    );
  }

  /** Floats that `q8` stores in half precision. */
  async #halves(name: string, shape: number[]): Promise<string> {
    if (this.#dtype === 'fp32') return this.#floats(name, shape);
    const values = Uint16Array.from(await this.#weights.read(name, shape), toHalf);
    this.graph.initializer(name, 'float16', shape, new Uint8Array(values.buffer));
    return this.graph.node('Cast', [name], { to: attr.int(1) });
  }
}
