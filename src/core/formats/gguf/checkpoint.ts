import { LabError } from '../../error.ts';
import {
  checkTensors,
  matrixShape,
  rowBytes,
  type Checkpoint,
  type SideFiles,
  type TensorInfo,
  missingTensor,
} from '../checkpoint/checkpoint.ts';
import { parseJson } from '../../json.ts';
import { settled } from '../checkpoint/settle.ts';
import { parseConfig } from '../config.ts';
import type { ByteSource } from '../source.ts';
import { configFromGguf, isAdapterGguf, metadataString } from './config.ts';
import { hfName, isRotated } from './names.ts';
import { readGgufHeader } from './read.ts';
import { restoreRows } from './row-order.ts';
import { tokenizerFromGguf } from './tokenizer.ts';
import type { GgufHeader, GgufTensor } from './types.ts';

/** A GGUF checkpoint with its header, which has the metadata. */
export interface GgufCheckpoint extends Checkpoint {
  readonly header: GgufHeader;
}

/**
 * Opens a GGUF file. `files` are the JSON files that accompany it; missing ones (config, tokenizer) are rebuilt from
 * the file's metadata.
 * @throws {LabError} for damage, unsupported types or a configuration that contradicts the weights.
 */
export async function openGguf(source: ByteSource, files: SideFiles = new Map()): Promise<GgufCheckpoint> {
  const header = await readGgufHeader(source);
  if (isAdapterGguf(header.metadata)) {
    throw new LabError({
      code: 'unsupported',
      what: 'It is an adapter, not a model.',
      where: source.name,
      todo: 'Use it together with the model that it was trained on.',
    });
  }
  const all: SideFiles = new Map(files);
  if (!all.has('config.json')) all.set('config.json', JSON.stringify(configFromGguf(header, source.name), null, 2));
  if (!all.has('tokenizer.json'))
    for (const [name, text] of tokenizerFromGguf(header.metadata, source.name)) all.set(name, text);
  const config = parseConfig(parseJson(all.get('config.json') ?? '', 'config.json'));
  const permuted = metadataString(header.metadata, 'general.architecture') === 'llama';

  const byName = new Map<string, GgufTensor>();
  const tensors = new Map<string, TensorInfo>();
  for (const tensor of header.tensors) {
    const name = hfName(tensor.name);
    // The table of rotary frequencies repeats rope_scaling of config.json.
    if (!name && tensor.name === 'rope_freqs.weight') continue;
    const known = name ?? tensor.name;
    byName.set(known, tensor);
    tensors.set(known, { shape: tensor.shape, type: tensor.type });
  }
  checkTensors(source.name, config, tensors);

  return settled({
    name: source.name,
    config,
    files: all,
    tensors,
    header,
    async readStoredRows(name: string, start: number, count: number): Promise<Uint8Array> {
      const tensor = byName.get(name);
      if (!tensor) throw missingTensor(source.name, name);
      // A bias has one value per "row"; a rotated vector is read whole.
      if (permuted && isRotated(name)) return readUnpermuted(source, tensor, config.headDim, start, count);
      const bytes = rowBytes(tensor);
      return source.read(tensor.offset + start * bytes, count * bytes);
    },
  });
}

/** Reads the heads that contain the wanted rows of q or k and restores their order. */
async function readUnpermuted(
  source: ByteSource,
  tensor: GgufTensor,
  headDim: number,
  start: number,
  count: number,
): Promise<Uint8Array> {
  const vector = tensor.shape.length === 1;
  const rows = vector ? (tensor.shape[0] ?? 0) : matrixShape(tensor).rows;
  const bytes = vector ? tensor.bytes / rows : rowBytes(tensor);
  const [from, to] = vector ? [0, rows] : [start, start + count];
  const first = Math.floor(from / headDim) * headDim;
  const last = Math.min(rows, Math.ceil(to / headDim) * headDim);
  const stored = await source.read(tensor.offset + first * bytes, (last - first) * bytes);
  return restoreRows(stored, headDim, bytes).subarray((from - first) * bytes, (to - first) * bytes);
}
