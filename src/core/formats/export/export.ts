import { LabError } from '../../error.ts';
import { type Checkpoint, expectedTensors, layerMatrices } from '../checkpoint/checkpoint.ts';
import { parseJson } from '../../json.ts';
import { CARRIED_FILES, TOKENIZER_REQUIRED } from '../checkpoint/side-files.ts';
import { MANIFEST_NAME, type ModelManifest } from '../manifest.ts';
import { encodeModel, type GraphBuilder } from '../onnx/index.ts';
import { BLOCK } from '../quantise.ts';
import { type CardSection, modelCard } from './card.ts';
import { DecoderBuilder, type DecoderChoices } from './decoder.ts';
import { EXPORT_FORMATS, type ExportDtype } from './dtype.ts';
import { isExact, type Quantiser } from './nbits.ts';
import { shardSize, ShardWriter } from './shards.ts';
import { type FolderSink, writeFile, type WrittenFile } from './sink.ts';
import { WeightWriter } from './weights.ts';
import { bitsOf, STACKED } from './stacks.ts';

/** Default limit of the context, because rotary tables grow with it; few chats with a small model get longer. */
const DEFAULT_MAX_CONTEXT = 32768;

export interface ExportOptions {
  dtype: ExportDtype;
  /** Name of the model, for the manifest and the card. */
  name: string;
  /** The source of the weights, a sentence for the model card. */
  source: string;
  /** SPDX name, e.g. `Apache-2.0`. */
  licence: string;
  /** Layer matrices that get 8 bits although the dtype has 4; so do those that share a product with one of them. */
  eightBits?: (tensor: string) => boolean;
  /** Further sections of the card, e.g. what the model was trained on. */
  sections?: readonly CardSection[];
  /** Largest context to support; by default the smaller of the model's own and 32,768. */
  contextLength?: number;
  /** Quantises matrices; on this thread by default. */
  quantiser?: Quantiser;
  onProgress?: (progress: { done: number; total: number }) => void;
  signal?: AbortSignal;
}

/**
 * Writes a model folder that transformers.js loads unmodified: config, tokenizer, `onnx/model*.onnx` with its data
 * files, manifest and card. Memory stays bounded: weights are processed a few rows at a time.
 * @throws {LabError} `missing-file` without a tokenizer, `bad-config` when a matrix cannot be quantised in blocks of
 * 32.
 */
export async function exportOnnx(
  source: Checkpoint,
  folder: FolderSink,
  options: ExportOptions,
): Promise<ModelManifest> {
  const { dtype } = options;
  const { config } = source;
  for (const name of TOKENIZER_REQUIRED) {
    if (!source.files.has(name)) {
      throw new LabError({
        code: 'missing-file',
        what: `There is no ${name}.`,
        where: source.name,
        todo: "Put the model's tokenizer files next to its weights.",
      });
    }
  }
  const { files, model, shards, contextLength, parameters } = await exportDecoder(source, folder, options);
  const json = exportedConfig(source, contextLength, model, shards, dtype);
  files.push(await writeFile(folder, 'config.json', `${JSON.stringify(json, null, 2)}\n`));
  for (const name of CARRIED_FILES) {
    const text = source.files.get(name);
    if (text !== undefined) files.push(await writeFile(folder, name, text));
  }
  const manifest: ModelManifest = {
    format: 'solace-lab-model',
    version: 1,
    name: options.name,
    architecture: config.architecture,
    fileFormat: 'onnx',
    dtype,
    parameters,
    contextWindow: contextLength,
    licence: options.licence,
    source: options.source,
    files,
  };
  const card = modelCard(manifest, exportNotes(source, options), options.sections);
  files.push(await writeFile(folder, 'README.md', card));
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  await writeFile(folder, MANIFEST_NAME, `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

/** What of an export makes the graph and its data. */
export type DecoderOptions = Pick<
  ExportOptions,
  'dtype' | 'name' | 'contextLength' | 'quantiser' | 'onProgress' | 'signal'
> &
  DecoderChoices;

/**
 * Writes only the graph and its data files, in `onnx/`.
 * @throws {LabError} `bad-config` when a matrix cannot be quantised in blocks of 32.
 */
export async function exportDecoder(source: Checkpoint, folder: FolderSink, options: DecoderOptions) {
  const { dtype } = options;
  const format = EXPORT_FORMATS[dtype];
  checkBlocks(source, dtype);
  const contextLength = Math.min(source.config.contextLength, options.contextLength ?? DEFAULT_MAX_CONTEXT);
  const parameters = countParameters(source);
  let done = 0;
  const decoder = new DecoderBuilder(source, dtype, contextLength, options);
  const progress = (values: number): void => options.onProgress?.({ done: (done += values), total: parameters });
  const shardBytes = shardSize(estimateBytes(parameters, source, dtype));
  const { signal, quantiser } = options;
  const writer = (name: string, builder: GraphBuilder) => {
    const model = `${name}${format.suffix}.onnx`;
    const shards = new ShardWriter(folder, 'onnx/', model, shardBytes);
    const weights = new WeightWriter(source, builder, shards, format.io, progress, signal, quantiser);
    const finish = async (): Promise<WrittenFile[]> => {
      await shards.finish();
      const graph = encodeModel(builder.build({ dtype, name: options.name }));
      return [...shards.files, await writeFile(folder, `onnx/${model}`, graph)];
    };
    return { model, shards, weights, finish };
  };
  const main = writer('model', decoder.graph);
  const vocabulary = writer('vocabulary', decoder.vocabulary);
  await decoder.build(main.weights, vocabulary.weights);
  const files = await main.finish();
  if (options.forGpu) files.push(...(await vocabulary.finish()));
  return { files, model: main.model, shards: main.shards.shards, contextLength, parameters };
}

function checkBlocks(source: Checkpoint, dtype: ExportDtype): void {
  if (EXPORT_FORMATS[dtype].bits === null) return;
  for (const [part, [, columns]] of Object.entries(layerMatrices(source.config))) {
    if (columns % BLOCK === 0) continue;
    throw new LabError({
      code: 'bad-config',
      what: `The rows of ${part} have ${columns} values, which blocks of ${BLOCK} do not divide.`,
      where: source.name,
      todo: 'Export it with --dtype fp32.',
    });
  }
}

/** Number of weights; tied ones count once. */
export function countParameters(source: Checkpoint): number {
  const { required, optional } = expectedTensors(source.config);
  let total = 0;
  for (const [name, shape] of [...required, ...optional]) {
    const used = source.tensors.has(name) && !(name === 'lm_head.weight' && source.config.tied);
    if (used) total += shape.reduce((a, b) => a * b, 1);
  }
  return total;
}

function estimateBytes(parameters: number, source: Checkpoint, dtype: ExportDtype): number {
  const { bits, io } = EXPORT_FORMATS[dtype];
  const float = io === 'float32' ? 4 : 2;
  if (bits === null) return parameters * float;
  const { vocabSize, hiddenSize, tied } = source.config;
  const embedding = vocabSize * hiddenSize * (tied ? 1 : 2);
  const perBlock = (bits === 4 ? 2 : 1) * float;
  return embedding * (1 + float / BLOCK) + (parameters - embedding) * (bits / 8 + perBlock / BLOCK);
}

function exportedConfig(
  source: Checkpoint,
  contextLength: number,
  model: string,
  shards: number,
  dtype: ExportDtype,
): object {
  const original = parseJson(source.files.get('config.json') ?? '{}', 'config.json') as Record<string, unknown>;
  return {
    ...original,
    max_position_embeddings: contextLength,
    'transformers.js_config': { dtype, use_external_data_format: { [model]: shards } },
  };
}

/** How the weights were converted, for the model card. */
function exportNotes(source: Checkpoint, { dtype, eightBits = () => false }: ExportOptions): string[] {
  const counts = new Map<string, number>();
  for (const { type } of source.tensors.values()) counts.set(type, (counts.get(type) ?? 0) + 1);
  const types = [...counts].map(([type, count]) => `${count} ${type}`).join(', ');
  const notes = [
    `Source tensors: ${types}.`,
    `Exported by \`npm run trainer -- export --format onnx --dtype ${dtype}\` of Solace Lab.`,
  ];
  if (EXPORT_FORMATS[dtype].bits === null) return [...notes, 'Matrices are stored as floating-point numbers.'];
  const matrices = Array.from({ length: source.config.layers }, (_, layer) =>
    Object.values(STACKED).map((stack) => stack.map((part) => `model.layers.${layer}.${part}.weight`)),
  )
    .flat()
    .flatMap((stack) =>
      stack.map((tensor) => ({
        type: source.tensors.get(tensor)?.type ?? 'F32',
        bits: bitsOf(stack, dtype, eightBits) ?? 8,
      })),
    );
  for (const bits of [4, 8] as const) {
    const all = matrices.filter((matrix) => matrix.bits === bits);
    const exact = all.filter(({ type }) => isExact(type, bits)).length;
    const rest =
      exact < all.length
        ? `${exact > 0 ? ' The others' : ' They'} were quantised in blocks of ${BLOCK} by least squares.`
        : '';
    if (all.length > 0)
      notes.push(
        `${all.length} of ${matrices.length} layer matrices have ${bits} bits; ${exact} of them keep their ` +
          `blocks exactly as in the source.${rest}`,
      );
  }
  const embedding = source.tensors.get('model.embed_tokens.weight')?.type;
  notes.push(
    embedding === 'Q8_0'
      ? 'The 8-bit embedding keeps its blocks exactly as in the source.'
      : 'The embedding was quantised to 8 bits in blocks of 32.',
  );
  return notes;
}
