import { at } from '../../at.ts';
import { type Checkpoint, matrixShape, tensorInfo } from '../checkpoint/checkpoint.ts';
import type { GraphBuilder, OnnxModel } from '../onnx/index.ts';
import { BLOCK } from '../quantise.ts';
import { DecoderBuilder, type DecoderChoices } from './decoder.ts';
import { EXPORT_FORMATS, type ExportDtype } from './dtype.ts';
import type { NBits } from './nbits.ts';
import { storedBits, type DecoderWeights, type QuantisedMatrix, type Twice } from './weights.ts';

/** The graphs that an export would have, without their data; the lengths of the data are right. */
export async function planDecoder(
  source: Checkpoint,
  dtype: ExportDtype,
  choices: DecoderChoices,
): Promise<{ model: OnnxModel; vocabulary: OnnxModel; bytes: number }> {
  const decoder = new DecoderBuilder(source, dtype, source.config.contextLength, choices);
  const { io } = EXPORT_FORMATS[dtype];
  const weights = new PlannedWeights(source, decoder.graph, io);
  const own = new PlannedWeights(source, decoder.vocabulary, io);
  await decoder.build(weights, own);
  const [model, vocabulary] = [decoder.graph, decoder.vocabulary].map((graph) =>
    graph.build({ dtype, name: source.name }),
  ) as [OnnxModel, OnnxModel];
  return { model, vocabulary, bytes: weights.bytes + own.bytes };
}

/** Adds initializers without data. */
class PlannedWeights implements DecoderWeights {
  bytes = 0;
  readonly #source: Checkpoint;
  readonly #graph: GraphBuilder;
  readonly #io: 'float32' | 'float16';

  constructor(source: Checkpoint, graph: GraphBuilder, io: 'float32' | 'float16') {
    this.#source = source;
    this.#graph = graph;
    this.#io = io;
  }

  async vector(name: string, tensors: string[]): Promise<string> {
    const lengths = tensors.map((tensor) => matrixShape(tensorInfo(this.#source, tensor)).columns);
    return this.put(name, [lengths.reduce((a, b) => a + b, 0)]);
  }

  async put(name: string, dims: number[]): Promise<string> {
    return this.#add(name, this.#io, dims);
  }

  async float(name: string, tensors: string[]): Promise<{ name: string }> {
    const { rows, columns } = this.#shape(tensors);
    return { name: this.#add(name, this.#io, [rows, columns]) };
  }

  async quantised(name: string, tensors: string[], bits: NBits, twice?: Twice): Promise<QuantisedMatrix> {
    const own = this.#shape(tensors);
    const rows = own.rows * (twice === 'output' ? 2 : 1);
    const columns = own.columns * (twice === 'input' ? 2 : 1);
    const blocks = columns / BLOCK;
    return {
      rows,
      columns,
      codes: this.#add(`${name}.codes`, 'uint8', [rows, blocks, (BLOCK * storedBits(bits, twice)) / 8]),
      scales: this.#add(`${name}.scales`, this.#io, [rows, blocks]),
      offsets: bits === 4 && !twice ? this.#add(`${name}.offsets`, this.#io, [blocks, rows]) : undefined,
    };
  }

  #shape(tensors: string[]): { rows: number; columns: number } {
    const shapes = tensors.map((tensor) => matrixShape(tensorInfo(this.#source, tensor)));
    return { rows: shapes.reduce((sum, { rows }) => sum + rows, 0), columns: at(shapes, 0).columns };
  }

  #add(name: string, type: 'float32' | 'float16' | 'uint8', dims: number[]): string {
    const size = type === 'uint8' ? 1 : type === 'float16' ? 2 : 4;
    const length = dims.reduce((a, b) => a * b, size);
    this.bytes += length;
    return this.#graph.external(name, type, dims, { location: '', offset: 0, length });
  }
}
