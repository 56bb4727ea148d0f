import { LabError } from '../../error.ts';
import { type Checkpoint, matrixShape, missingTensor, tensorInfo } from '../checkpoint/checkpoint.ts';
import { decodeModel, encodeModel, type GraphBuilder, type OnnxTensor } from '../onnx/index.ts';
import { DecoderBuilder } from './decoder.ts';
import { EXPORT_DTYPES, EXPORT_FORMATS } from './dtype.ts';
import type { NBits } from './nbits.ts';
import { SHARD_BYTES, ShardWriter } from './shards.ts';
import { type FolderSink, writeFile, type WrittenFile } from './sink.ts';
import { type DecoderWeights, type FloatMatrix, type QuantisedMatrix, WeightWriter } from './weights.ts';
import { STACKED } from './stacks.ts';

/** A checkpoint that was read from an exported model, some of whose tensors have new values since. */
export interface ChangedCheckpoint extends Checkpoint {
  /** Names of the changed tensors. */
  readonly merged: ReadonlySet<string>;
}

export interface OverlayOptions {
  /** Name of the changed model. */
  name: string;
  onProgress?: (progress: { done: number; total: number }) => void;
  signal?: AbortSignal;
}

/**
 * Writes what differs between an exported model and one with changed matrices: the graph, and data files with the
 * matrices that changed. The graph refers to the exported model's own data files for everything else, so the two
 * belong into one folder, where the graph takes the place of the other. Changed matrices get 8 bits if the others have
 * 4: a change is often smaller than a 4-bit step.
 * @param graph bytes of the exported model's `onnx/model*.onnx`.
 * @returns the files that were written, in `onnx/`.
 * @throws {LabError} `unsupported` when another exporter wrote the graph.
 */
export async function exportOverlay(
  graph: Uint8Array,
  changed: ChangedCheckpoint,
  folder: FolderSink,
  { name, onProgress, signal }: OverlayOptions,
): Promise<WrittenFile[]> {
  const exported = decodeModel(graph);
  const initializers = new Map(exported.graph.initializers.map((tensor) => [tensor.name, tensor]));
  const dtype = EXPORT_DTYPES.find((each) => each === exported.metadata['dtype']);
  const contextLength = initializers.get('rope.cos')?.dims[0];
  if (dtype === undefined || contextLength === undefined) {
    throw new LabError({
      code: 'unsupported',
      where: changed.name,
      what: `It was written by "${exported.producerName}".`,
      todo: 'Only models that this exporter wrote can be changed.',
    });
  }
  const format = EXPORT_FORMATS[dtype];
  const model = `model${format.suffix}.onnx`;
  const dataFiles = new Set(exported.graph.initializers.flatMap(({ external }) => external?.location ?? []));
  const total = changedValues(changed);
  let done = 0;
  const decoder = new DecoderBuilder(changed, dtype, contextLength, {
    eightBits: (tensor) => changed.merged.has(tensor) || changed.tensors.get(tensor)?.type === 'Q8_0',
  });
  const shards = new ShardWriter(folder, 'onnx/', model, SHARD_BYTES, dataFiles.size);
  const fresh = new WeightWriter(
    changed,
    decoder.graph,
    shards,
    format.io,
    (values) => onProgress?.({ done: (done += values), total }),
    signal,
  );
  await decoder.build(new OverlayWeights(changed, initializers, decoder.graph, fresh));
  await shards.finish();
  const bytes = encodeModel(decoder.graph.build({ dtype, name }));
  return [await writeFile(folder, `onnx/${model}`, bytes), ...shards.files];
}

/** Number of values in changed matrices and those that are stored with them. */
function changedValues(changed: ChangedCheckpoint): number {
  const size = (tensor: string): number => {
    const { rows, columns } = matrixShape(tensorInfo(changed, tensor));
    return rows * columns;
  };
  const stacks = Array.from({ length: changed.config.layers }, (_, layer) =>
    Object.values(STACKED).map((parts) => parts.map((part) => `model.layers.${layer}.${part}.weight`)),
  ).flat();
  return [...stacks, ['lm_head.weight']]
    .filter((stack) => stack.some((tensor) => changed.merged.has(tensor)))
    .flat()
    .reduce((sum, tensor) => sum + size(tensor), 0);
}

/** Weights of the exported model where nothing changed, new ones elsewhere. */
class OverlayWeights implements DecoderWeights {
  readonly #changed: ChangedCheckpoint;
  readonly #initializers: ReadonlyMap<string, OnnxTensor>;
  readonly #graph: GraphBuilder;
  readonly #fresh: WeightWriter;

  constructor(
    changed: ChangedCheckpoint,
    initializers: ReadonlyMap<string, OnnxTensor>,
    graph: GraphBuilder,
    fresh: WeightWriter,
  ) {
    this.#changed = changed;
    this.#initializers = initializers;
    this.#graph = graph;
    this.#fresh = fresh;
  }

  async vector(name: string): Promise<string> {
    return this.#reuse(name);
  }

  async put(name: string): Promise<string> {
    return this.#reuse(name);
  }

  async float(name: string, tensors: string[]): Promise<FloatMatrix> {
    return this.#isChanged(tensors) ? this.#fresh.float(name, tensors) : { name: this.#reuse(name) };
  }

  async quantised(name: string, tensors: string[], bits: NBits): Promise<QuantisedMatrix> {
    if (this.#isChanged(tensors)) return this.#fresh.quantised(name, tensors, bits);
    const shapes = tensors.map((tensor) => matrixShape(tensorInfo(this.#changed, tensor)));
    return {
      rows: shapes.reduce((sum, { rows }) => sum + rows, 0),
      columns: shapes[0]?.columns ?? 0,
      codes: this.#reuse(`${name}.codes`),
      scales: this.#reuse(`${name}.scales`),
      offsets: this.#initializers.has(`${name}.offsets`) ? this.#reuse(`${name}.offsets`) : undefined,
    };
  }

  #isChanged(tensors: string[]): boolean {
    return tensors.some((tensor) => this.#changed.merged.has(tensor));
  }

  #reuse(name: string): string {
    const tensor = this.#initializers.get(name);
    if (!tensor) throw missingTensor(this.#changed.name, name);
    this.#graph.graph.initializers.push(tensor);
    return name;
  }
}
