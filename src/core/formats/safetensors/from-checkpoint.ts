import { LabError } from '../../error.ts';
import { type Checkpoint, tensorInfo } from '../checkpoint/checkpoint.ts';
import { parseJson } from '../../json.ts';
import { rowChunks } from '../checkpoint/row-chunks.ts';
import { chatTemplate, CHAT_TEMPLATE_FILE } from '../checkpoint/template.ts';
import { encodeStored } from '../encode-stored.ts';
import { type FolderSink, writeFile, type WrittenFile } from '../export/sink.ts';
import { SAFETENSORS_INDEX } from '../checkpoint/side-files.ts';
import { type SafetensorsType, type StreamedTensor, streamSafetensors, tensorBytes } from './write.ts';

/** The default size of a part in Hugging Face's own writer. */
const PART_BYTES = 5e9;

const TORCH_NAMES: Record<SafetensorsType, string> = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' };

export interface SafetensorsOptions {
  type: SafetensorsType;
  /** Maximum file size in bytes; a tensor is never split. */
  partBytes?: number;
  onProgress?: (progress: { done: number; total: number }) => void;
  signal?: AbortSignal;
}

/**
 * Writes a checkpoint as a folder that Transformers and this exporter read: weights in one or several safetensors
 * files, `config.json`, tokenizer files, and the chat template also as a separate file. Memory stays bounded.
 * @throws {LabError} `bad-data` when a weight is too large for the type.
 */
export async function checkpointToSafetensors(
  source: Checkpoint,
  folder: FolderSink,
  options: SafetensorsOptions,
): Promise<WrittenFile[]> {
  const { type, partBytes = PART_BYTES, onProgress, signal } = options;
  const names = [...source.tensors.keys()];
  const total = names.reduce((sum, name) => sum + valueCount(source, name), 0);
  let done = 0;
  const tensors = names.map((name): StreamedTensor => ({
    name,
    shape: tensorInfo(source, name).shape,
    type,
    async *chunks() {
      for await (const { values } of rowChunks(source, [name], signal)) {
        yield encoded(type, values, name);
        onProgress?.({ done: (done += values.length), total });
      }
    },
  }));
  const parts = split(tensors, partBytes);
  const nameOf = (part: number): string =>
    parts.length === 1
      ? 'model.safetensors'
      : `model-${String(part + 1).padStart(5, '0')}-of-${String(parts.length).padStart(5, '0')}.safetensors`;
  const files: WrittenFile[] = [];
  for (const [i, part] of parts.entries()) {
    const file = await folder.create(nameOf(i));
    await streamSafetensors(file, part, { format: 'pt' });
    files.push(await file.close());
  }
  if (parts.length > 1)
    files.push(await writeFile(folder, SAFETENSORS_INDEX, `${JSON.stringify(indexOf(parts, nameOf), null, 2)}\n`));
  for (const [name, text] of sideFiles(source, type)) files.push(await writeFile(folder, name, text));
  return files;
}

function encoded(type: SafetensorsType, values: Float32Array, name: string): Uint8Array {
  if (type === 'F32') return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const tooLarge = type === 'F16' ? values.find((value) => Math.abs(value) >= 65520) : undefined;
  if (tooLarge === undefined) return encodeStored(type, values);
  throw new LabError({
    code: 'bad-data',
    where: name,
    what: `The weight ${tooLarge} is too large for half precision.`,
    todo: 'Use bf16 or f32.',
  });
}

function valueCount(source: Checkpoint, name: string): number {
  return tensorInfo(source, name).shape.reduce((a, b) => a * b, 1);
}

function split(tensors: readonly StreamedTensor[], partBytes: number): StreamedTensor[][] {
  const parts: StreamedTensor[][] = [];
  let filled = Infinity;
  for (const tensor of tensors) {
    const bytes = tensorBytes(tensor);
    if (filled + bytes > partBytes) [filled] = [0, parts.push([])];
    parts.at(-1)?.push(tensor);
    filled += bytes;
  }
  return parts;
}

function indexOf(parts: readonly StreamedTensor[][], nameOf: (part: number) => string): object {
  return {
    metadata: { total_size: parts.flat().reduce((sum, tensor) => sum + tensorBytes(tensor), 0) },
    weight_map: Object.fromEntries(parts.flatMap((part, i) => part.map(({ name }) => [name, nameOf(i)]))),
  };
}

/** Settings of config.json that describe how the source stored its weights. */
const NOT_CARRIED = ['quantization_config', 'transformers.js_config', 'dtype', 'torch_dtype'];

function sideFiles({ files: given }: Checkpoint, type: SafetensorsType): Map<string, string> {
  const files = new Map(given);
  files.delete(SAFETENSORS_INDEX);
  const config = Object.entries(parseJson(files.get('config.json') ?? '{}', 'config.json') as object).filter(
    ([key]) => !NOT_CARRIED.includes(key),
  );
  files.set(
    'config.json',
    `${JSON.stringify({ ...Object.fromEntries(config), torch_dtype: TORCH_NAMES[type] }, null, 2)}\n`,
  );
  const template = chatTemplate(files);
  if (template !== undefined) files.set(CHAT_TEMPLATE_FILE, template);
  return files;
}
