import { LabError } from '../../error.ts';
import { CARRIED_WITH_MLC } from '../checkpoint/side-files.ts';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { brokenSource, rowChunks } from '../checkpoint/row-chunks.ts';
import { toHalf } from '../float.ts';
import { type FolderSink, writeFile, type WrittenFile } from '../export/sink.ts';
import { chatConfig, tokenizerForMlc } from './chat-config.ts';
import type { Conversation } from './conversation.ts';
import { MLC_FORMATS, type MlcDtype, type MlcFloat } from './format.ts';
import { INDEX_NAMES, type MlcIndex, type MlcRecord } from './index-file.ts';
import { mlcParameters, mlcTensors, type MlcParameter, type MlcTensor } from './parameters.ts';
import { quantiseGroups } from './quantise.ts';
import { MlcShardWriter } from './shards.ts';

export interface MlcExportOptions {
  dtype: MlcDtype;
  conversation: Conversation;
  contextLength?: number;
  onProgress?: (progress: { done: number; total: number }) => void;
  signal?: AbortSignal;
}

/** Files that belong to the weights, although MLC does not read them. */

/**
 * Writes a weight folder for WebLLM and mlc-llm: shards, both indexes, mlc-chat-config.json and the tokenizer. Matrices
 * are processed a few rows at a time.
 * @throws {LabError} `missing-file` without a tokenizer, `unsupported` for tensors that MLC's model lacks.
 */
export async function exportMlc(
  source: Checkpoint,
  folder: FolderSink,
  options: MlcExportOptions,
): Promise<WrittenFile[]> {
  const { dtype, conversation, onProgress, signal } = options;
  const { float, quantised } = MLC_FORMATS[dtype];
  const parameters = mlcParameters(source.config, source.tensors.keys());
  const total = parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const shards = new MlcShardWriter(folder);
  let done = 0;
  for (const parameter of parameters) {
    const [first, scales] = mlcTensors(parameter, dtype) as [MlcTensor, MlcTensor?];
    const values = counted(rowChunks(source, parameter.sources, signal), (count) =>
      onProgress?.({ done: (done += count), total }),
    );
    if (quantised && scales) await appendQuantised(shards, first, scales, float, values);
    else
      await shards.append(
        record(first, packed(source, parameter, float)),
        floatChunks(values, float, packed(source, parameter, float), first.name),
      );
  }
  await shards.finish();

  const bytes = shards.shards
    .flatMap(({ records }) => records)
    .reduce((sum, { shape, dtype: type }) => sum + elements(shape) * (type === 'float16' ? 2 : 4), 0);
  const index: MlcIndex = {
    metadata: {
      ParamSize: parameters.flatMap((parameter) => mlcTensors(parameter, dtype)).length,
      ParamBytes: bytes,
      BitsPerParam: (8 * bytes) / total,
    },
    records: shards.shards,
  };
  const files = [...shards.files];
  const put = async (path: string, content: string): Promise<void> =>
    void files.push(await writeFile(folder, path, content));
  for (const name of INDEX_NAMES) await put(name, JSON.stringify(index, null, 4));
  await put(
    'mlc-chat-config.json',
    JSON.stringify(chatConfig(source, dtype, conversation, options.contextLength), null, 2),
  );
  for (const [name, content] of tokenizerForMlc(source)) await put(name, content);
  for (const name of CARRIED_WITH_MLC) {
    const text = source.files.get(name);
    if (text !== undefined) await put(name, text);
  }
  return files;
}

/** Words are streamed; scales, an eighth to a quarter of their size, are held until the words are written. */
async function appendQuantised(
  shards: MlcShardWriter,
  words: MlcTensor,
  scales: MlcTensor,
  float: MlcFloat,
  chunks: AsyncIterable<Float32Array>,
): Promise<void> {
  const kept: Uint8Array[] = [];
  const stream = (async function* () {
    for await (const values of chunks) {
      const rows = quantiseGroups(values, float);
      kept.push(floatBytes(rows.scales, float, false, scales.name));
      yield new Uint8Array(rows.words.buffer);
    }
  })();
  await shards.append(record(words, false), stream);
  await shards.append(record(scales, false), kept);
}

async function* floatChunks(
  chunks: AsyncIterable<Float32Array>,
  float: MlcFloat,
  bfloat16: boolean,
  name: string,
): AsyncGenerator<Uint8Array> {
  for await (const values of chunks) yield floatBytes(values, float, bfloat16, name);
}

async function* counted(
  chunks: AsyncIterable<{ values: Float32Array }>,
  onValues: (count: number) => void,
): AsyncGenerator<Float32Array> {
  for await (const { values } of chunks) {
    yield values;
    onValues(values.length);
  }
}

/** Float32 tensors are packed as bfloat16 if that is lossless, because the source is bfloat16. */
function packed(source: Checkpoint, { sources }: MlcParameter, float: MlcFloat): boolean {
  return float === 'float32' && sources.every((tensor) => source.tensors.get(tensor)?.type === 'BF16');
}

function record({ name, shape, dtype }: MlcTensor, bfloat16: boolean): Omit<MlcRecord, 'byteOffset'> {
  const size = dtype === 'float16' || bfloat16 ? 2 : 4;
  return { name, shape, dtype, format: bfloat16 ? 'f32-to-bf16' : 'raw', nbytes: elements(shape) * size };
}

/** @throws {LabError} `unsupported` for a value that half precision cannot hold. */
function floatBytes(values: Float32Array, float: MlcFloat, bfloat16: boolean, name: string): Uint8Array {
  if (float === 'float32' && !bfloat16) return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (bfloat16) {
    const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
    return new Uint8Array(Uint16Array.from(bits, (word) => word >>> 16).buffer);
  }
  const halves = Uint16Array.from(values, toHalf);
  const broken = values.find((value) => !Number.isFinite(value));
  if (broken !== undefined) throw brokenSource(name, broken);
  if (halves.some((half) => (half & 0x7c00) === 0x7c00)) {
    throw new LabError({
      code: 'unsupported',
      where: name,
      what: 'It has a value that half precision cannot hold.',
      todo: 'Use --dtype q0f32 or q4f32_1.',
    });
  }
  return new Uint8Array(halves.buffer);
}

function elements(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
