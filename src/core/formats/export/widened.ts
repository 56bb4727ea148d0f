import { LabError } from '../../error.ts';
import { type Checkpoint, missingTensor } from '../checkpoint/checkpoint.ts';
import { encodeModel, type GraphBuilder, type OnnxTensor } from '../onnx/index.ts';
import { BLOCK } from '../quantise.ts';
import { checkRange } from '../source.ts';
import { DecoderBuilder } from './decoder.ts';
import { openWidening, type ReadBytes, type Room, widenMatrix } from '../simd/widen.ts';
import { requireExported } from './read.ts';
import type { DecoderWeights, FloatMatrix, QuantisedMatrix } from './weights.ts';

/** Fills `target` with a range of a data file at once: ONNX Runtime waits for its weights. */
type ReadNow = (location: string, offset: number, target: Uint8Array<ArrayBuffer>) => void;

/** A quantised export as a graph of 32-bit floats, whose weights are made one by one when they are read. */
export interface WidenedModel {
  graph: Uint8Array;
  /** The name under which the graph refers to its weights. */
  location: string;
  /** Bytes of all weights. */
  bytes: number;
  /** The bytes of one weight, valid until the next call; a large one is put into `room`. */
  read(offset: number, length: number, room: Room): Uint8Array;
}

const LOCATION = 'widened';

/**
 * Turns a model that `exportOnnx` wrote with 4 or 8 bits into one of 32-bit floats, which a processor multiplies
 * several times faster. Matrices are stored by columns, so that the runtime needs no other copy of them, and a tied
 * embedding is stored once. The lengths of the sequence are inputs: `Cast` is one function of half a megabyte in ONNX
 * Runtime's Wasm, which a browser would optimise for more than a second while the first reply is written.
 * @param model bytes of `onnx/model*.onnx`.
 * @param checkpoint the same model, opened with `openExported`.
 * @throws {LabError} `unsupported` when another exporter wrote the graph, or its weights are not quantised.
 */
export async function widen(model: Uint8Array, checkpoint: Checkpoint, read: ReadNow): Promise<WidenedModel> {
  const { name } = checkpoint;
  const initializers = quantisedInitializers(name, model);
  const contextLength = initializers.get('rope.cos')?.dims[0] ?? 0;
  const decoder = new DecoderBuilder(checkpoint, 'fp32', contextLength, { givenLengths: true });
  const weights = new WidenedWeights(name, initializers, decoder.graph, read);
  await decoder.build(weights);
  return {
    graph: encodeModel(decoder.graph.build({ dtype: 'fp32', name })),
    location: LOCATION,
    bytes: weights.bytes,
    read: (offset, length, room) => weights.read(offset, length, room),
  };
}

/**
 * Bytes of a model's weights when they are widened.
 * @throws {LabError} `unsupported` like `widen`.
 */
export function widenedSize(name: string, model: Uint8Array): number {
  let bytes = 0;
  for (const [tensor, { type, dims, external }] of quantisedInitializers(name, model)) {
    // Small constants in the graph itself belong to its quantised form.
    if (!external) continue;
    const values = dims.reduce((a, b) => a * b, 1);
    if (tensor.endsWith('.codes')) bytes += 4 * (values / (dims[2] ?? 1)) * BLOCK;
    else if (type === 'float32' && !/\.(scales|offsets)$/.test(tensor)) bytes += 4 * values;
  }
  return bytes;
}

/** The weights of a graph by name. */
function quantisedInitializers(name: string, model: Uint8Array): Map<string, OnnxTensor> {
  const { metadata, graph } = requireExported(name, model);
  const { dtype = 'of an unknown type' } = metadata;
  if (dtype === 'q4' || dtype === 'q8') return new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  throw new LabError({
    code: 'unsupported',
    where: name,
    what: `Its weights are ${dtype}.`,
    todo: 'Only 4-bit and 8-bit weights are widened.',
  });
}

/** Lists the weights of the graph, and makes one when it is read. */
class WidenedWeights implements DecoderWeights {
  bytes = 0;
  readonly #where: string;
  readonly #initializers: ReadonlyMap<string, OnnxTensor>;
  readonly #graph: GraphBuilder;
  readonly #readNow: ReadNow;
  readonly #kernels = openWidening();
  /** By offset. */
  readonly #makers = new Map<number, (room: Room) => Float32Array>();

  constructor(where: string, initializers: ReadonlyMap<string, OnnxTensor>, graph: GraphBuilder, readNow: ReadNow) {
    this.#where = where;
    this.#initializers = initializers;
    this.#graph = graph;
    this.#readNow = readNow;
  }

  async vector(name: string): Promise<string> {
    return this.#copy(name);
  }

  async put(name: string): Promise<string> {
    return this.#copy(name);
  }

  async float(name: string): Promise<FloatMatrix> {
    const [rows = 0, blocks = 0, blob = 0] = this.#tensor(`${name}.codes`).dims;
    const columns = blocks * BLOCK;
    const bits = (8 * blob) / BLOCK === 4 ? 4 : 8;
    const offsets = this.#initializers.has(`${name}.offsets`) ? this.#stored(`${name}.offsets`) : undefined;
    const matrix = { codes: this.#stored(`${name}.codes`), scales: this.#stored(`${name}.scales`), offsets };
    this.#add(name, [columns, rows], (room) => widenMatrix({ rows, columns, bits, ...matrix }, this.#kernels, room));
    return { name, byColumns: true };
  }

  quantised(name: string): Promise<QuantisedMatrix> {
    return Promise.reject(missingTensor(this.#where, name));
  }

  read(offset: number, length: number, room: Room): Uint8Array {
    const make = this.#makers.get(offset);
    if (!make) throw missingTensor(this.#where, `${LOCATION} at ${offset}`);
    const { buffer, byteOffset } = make(room);
    return new Uint8Array(buffer, byteOffset, length);
  }

  #copy(name: string): string {
    const { dims } = this.#tensor(name);
    const stored = this.#stored(name);
    return this.#add(name, dims, () => {
      const values = new Float32Array(dims.reduce((a, b) => a * b, 1));
      stored(0, new Uint8Array(values.buffer));
      return values;
    });
  }

  #add(name: string, dims: number[], make: (room: Room) => Float32Array): string {
    const length = dims.reduce((a, b) => a * b, 4);
    this.#makers.set(this.bytes, make);
    this.#graph.external(name, 'float32', dims, { location: LOCATION, offset: this.bytes, length });
    this.bytes += length;
    return name;
  }

  #tensor(name: string): OnnxTensor {
    const tensor = this.#initializers.get(name);
    if (!tensor) throw missingTensor(this.#where, name);
    return tensor;
  }

  #stored(name: string): ReadBytes {
    const { raw, external } = this.#tensor(name);
    if (!raw && !external) throw missingTensor(this.#where, name);
    const source = { name: `${this.#where} (${name})`, size: raw?.length ?? external?.length ?? 0 };
    return (offset, target) => {
      checkRange(source, offset, target.length);
      if (raw) target.set(raw.subarray(offset, offset + target.length));
      else if (external) this.#readNow(external.location, external.offset + offset, target);
    };
  }
}
