import { z } from 'zod';
import { LabError } from '../../error.ts';
import {
  checkTensors,
  missingTensor,
  rowBytes,
  type Checkpoint,
  type SideFiles,
  type TensorInfo,
} from '../checkpoint/checkpoint.ts';
import { parseJson } from '../../json.ts';
import { settled } from '../checkpoint/settle.ts';
import { SAFETENSORS_INDEX } from '../checkpoint/side-files.ts';
import { parseConfig } from '../config.ts';
import { isSafePath } from '../manifest.ts';
import type { ByteSource } from '../source.ts';
import { readSafetensorsHeader, type SafetensorsTensor } from './read.ts';

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/** Buffers in older checkpoints that follow from the configuration. */
const IGNORED = /\.rotary_emb\.inv_freq$/;

/**
 * Opens a checkpoint of one or several safetensors files.
 * @param sources the weight files; with an index, those that it does not name are ignored.
 * @param files config.json (required), the index, tokenizer files.
 * @throws {LabError} for damage, missing parts or a configuration that contradicts the weights.
 */
export async function openSafetensors(name: string, sources: ByteSource[], files: SideFiles): Promise<Checkpoint> {
  const configText = files.get('config.json');
  if (!configText)
    throw new LabError({
      code: 'missing-file',
      what: 'There is no config.json.',
      where: name,
      todo: 'Put the config.json of the model next to its weights.',
    });
  const config = parseConfig(parseJson(configText, 'config.json'));
  const places = new Map<string, { source: ByteSource; tensor: SafetensorsTensor }>();
  const tensors = new Map<string, TensorInfo>();
  const index = indexedFiles(files.get(SAFETENSORS_INDEX));
  const wanted = new Set(
    weightFiles(
      sources.map(({ name: file }) => file),
      index,
    ),
  );
  for (const source of sources.filter(({ name: file }) => wanted.has(file))) {
    for (const tensor of await readSafetensorsHeader(source, IGNORED)) {
      const known = places.get(tensor.name);
      if (known)
        throw new LabError({
          code: 'bad-file',
          what: `Tensor "${tensor.name}" is also in ${known.source.name}.`,
          where: source.name,
          todo: 'Keep the files of one checkpoint only.',
        });
      places.set(tensor.name, { source, tensor });
      tensors.set(tensor.name, { shape: tensor.shape, type: tensor.type });
    }
  }
  checkTensors(name, config, tensors);
  return settled({
    name,
    config,
    files,
    tensors,
    async readStoredRows(tensor: string, start: number, count: number): Promise<Uint8Array> {
      const place = places.get(tensor);
      if (!place) throw missingTensor(name, tensor);
      const bytes = rowBytes(place.tensor);
      return place.source.read(place.tensor.offset + start * bytes, count * bytes);
    },
  });
}

/** Names of the weight files in an index; undefined without one. */
export function indexedFiles(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const parsed = indexSchema.safeParse(parseJson(text, SAFETENSORS_INDEX));
  if (!parsed.success)
    throw new LabError({
      code: 'bad-file',
      what: `It has no weight_map. ${z.prettifyError(parsed.error)}`,
      where: SAFETENSORS_INDEX,
      todo: 'Download the index again.',
    });
  const names = [...new Set(Object.values(parsed.data.weight_map))];
  const outside = names.find((file) => !isSafePath(file));
  if (outside !== undefined)
    throw new LabError({
      code: 'bad-file',
      what: `It names "${outside}", which is outside the folder.`,
      where: SAFETENSORS_INDEX,
      todo: 'Get the model again from a source that you trust.',
    });
  return names;
}

/** Files next to a model's weights that are not part of them: the same weights under other names, an adapter. */
const BESIDE = /^(consolidated.*|adapter_model|optimizer|training_args)\.safetensors$/;
const PART = /^model-\d{5}-of-\d{5}\.safetensors$/;

/**
 * The safetensors files of a folder that contain the model: those that the index names; without one
 * `model.safetensors`, its parts, or all files.
 * @throws {LabError} `missing-file` when one that the index names does not exist.
 */
export function weightFiles(names: readonly string[], index: readonly string[] | undefined): string[] {
  const base = (name: string): string => name.split('/').at(-1) ?? name;
  if (index) {
    const missing = index.filter((file) => !names.some((name) => base(name) === file));
    if (missing.length)
      throw new LabError({
        code: 'missing-file',
        what: `It names missing files: ${missing.slice(0, 8).join(', ')}.`,
        where: SAFETENSORS_INDEX,
        todo: 'Put all parts of the model into the folder.',
      });
    return names.filter((name) => index.includes(base(name)));
  }
  const single = names.filter((name) => base(name) === 'model.safetensors');
  if (single.length === 1) return single;
  const parts = names.filter((name) => PART.test(base(name)));
  if (parts.length > 0) return parts;
  const others = names.filter((name) => !BESIDE.test(base(name)));
  return others.length > 0 ? others : [...names];
}
