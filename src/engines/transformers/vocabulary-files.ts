import { LabError } from '../../core/error.ts';
import type { ModelFiles } from '../../core/engine/files.ts';
import { decodeModel, type OnnxTensor } from '../../core/formats/onnx/index.ts';
import type { GraphFiles } from './variants.ts';
import type { VocabularyShape } from './vocabulary.wgsl.ts';

/** A weight of the graph that makes logits, in its data file. */
export interface StoredWeight {
  name: string;
  dims: readonly number[];
  bytes: Blob;
}

/** What that graph states and has (`buildVocabulary` of the exporter). */
export interface Vocabulary extends VocabularyShape {
  /** Outputs of the decoder's graph. */
  residual: string;
  branch: string;
  /** Factors of the norm, of this type, of which the first are used. */
  gamma: StoredWeight;
  /** uint8 [entries, blocks, 32]. */
  codes: StoredWeight;
  /** [entries, blocks]. */
  scales: StoredWeight;
}

/**
 * Reads the graph that makes logits of what a decoder's graph for WebGPU leaves; its weights are read later.
 * @throws {LabError} `bad-file` when it is not one that this lab's exporter wrote, `missing-file` without its data.
 */
export async function openVocabulary(files: ModelFiles, { graph: path }: GraphFiles): Promise<Vocabulary> {
  const { graph } = decodeModel(new Uint8Array(await (await files.open(path)).arrayBuffer()));
  const required = <Value>(value: Value | undefined, what: string): Value => {
    if (value !== undefined) return value;
    throw new LabError({
      code: 'bad-file',
      where: `${files.name}/${path}`,
      what: `It has no ${what}.`,
      todo: 'Remove the model from this device and add it again.',
    });
  };
  const nodeOf = (op: string) =>
    required(
      graph.nodes.find((node) => node.op === op),
      `node ${op}`,
    );
  const [norm, product] = [nodeOf('SkipSimplifiedLayerNormalization'), nodeOf('MatMulNBits')];
  const numberOf = (node: typeof norm, name: string): number => {
    const attribute = node.attributes[name];
    const value = attribute?.kind === 'int' || attribute?.kind === 'float' ? attribute.value : undefined;
    return required(value, `number ${name} at ${node.name}`);
  };
  const tensorOf = (node: typeof norm, input: number): OnnxTensor => {
    const name = node.inputs[input];
    return required(
      graph.initializers.find((each) => each.name === name),
      `weight ${name ?? ''}`,
    );
  };
  const stored = async ({ name, dims, external }: OnnxTensor): Promise<StoredWeight> => {
    const { location, offset, length } = required(external, `data of ${name}`);
    const file = await files.open(`onnx/${location}`);
    return { name, dims, bytes: file.slice(offset, offset + length) };
  };
  const [residual = '', branch = ''] = norm.inputs;
  const width = graph.inputs.find(({ name }) => name === residual)?.dims?.[2];
  const [gamma, codes, scales] = [tensorOf(norm, 2), tensorOf(product, 1), tensorOf(product, 2)];
  return {
    residual,
    branch,
    type: scales.type === 'float16' ? 'float16' : 'float32',
    hiddenSize: numberOf(product, 'K'),
    entries: numberOf(product, 'N'),
    width: required(typeof width === 'number' ? width : undefined, `width of ${residual}`),
    epsilon: numberOf(norm, 'epsilon'),
    gamma: await stored(gamma),
    codes: await stored(codes),
    scales: await stored(scales),
  };
}
