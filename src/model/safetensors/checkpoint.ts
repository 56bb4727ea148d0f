import { z } from 'zod';
import { LabError } from '../../error.ts';
import { checkTensors, rowBytes, type Checkpoint, type SideFiles, type TensorInfo } from '../checkpoint/checkpoint.ts';
import { parseJson } from '../checkpoint/json.ts';
import { parseConfig } from '../config.ts';
import type { ByteSource } from '../source.ts';
import { readSafetensorsHeader, type SafetensorsTensor } from './read.ts';

export const SAFETENSORS_INDEX = 'model.safetensors.index.json';

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/** Buffers that older checkpoints stored; they follow from the configuration. */
const IGNORED = /\.rotary_emb\.inv_freq$/;

/**
 * Opens a checkpoint of one or several safetensors files.
 * @param sources the weight files; each must be in the index where there is one.
 * @param files config.json (required), the index, tokenizer files.
 * @throws {LabError} for damage, missing parts or a configuration that contradicts the weights.
 */
export async function openSafetensors(name: string, sources: ByteSource[], files: SideFiles): Promise<Checkpoint> {
  const configText = files.get('config.json');
  if (!configText) throw new LabError({ code: 'missing-file', what: 'There is no config.json.', where: name, todo: 'Put the config.json of the model beside its weights.' });
  const config = parseConfig(parseJson(configText, 'config.json'));
  const places = new Map<string, { source: ByteSource; tensor: SafetensorsTensor }>();
  const tensors = new Map<string, TensorInfo>();
  for (const source of sources) {
    for (const tensor of await readSafetensorsHeader(source)) {
      if (IGNORED.test(tensor.name)) continue;
      const known = places.get(tensor.name);
      if (known) throw new LabError({ code: 'bad-file', what: `Tensor "${tensor.name}" is also in ${known.source.name}.`, where: source.name, todo: 'Keep the files of one checkpoint only.' });
      places.set(tensor.name, { source, tensor });
      tensors.set(tensor.name, { shape: tensor.shape, type: tensor.type });
    }
  }
  checkIndex(files.get(SAFETENSORS_INDEX), sources);
  checkTensors(name, config, tensors);
  return {
    name,
    config,
    files,
    tensors,
    async readStoredRows(wanted, start, count) {
      const place = places.get(wanted);
      if (!place) throw new LabError({ code: 'bad-file', what: `It has no tensor "${wanted}".`, where: name });
      const bytes = rowBytes(place.tensor);
      return place.source.read(place.tensor.offset + start * bytes, count * bytes);
    },
  };
}

function checkIndex(text: string | undefined, sources: ByteSource[]): void {
  if (text === undefined) return;
  const parsed = indexSchema.safeParse(parseJson(text, SAFETENSORS_INDEX));
  if (!parsed.success) throw new LabError({ code: 'bad-file', what: `It has no weight_map. ${z.prettifyError(parsed.error)}`, where: SAFETENSORS_INDEX, todo: 'Download the index again.' });
  const there = new Set(sources.map((source) => source.name.split('/').at(-1)));
  const missing = [...new Set(Object.values(parsed.data.weight_map))].filter((file) => !there.has(file));
  if (missing.length) throw new LabError({ code: 'missing-file', what: `It names files that are not there: ${missing.slice(0, 8).join(', ')}.`, where: SAFETENSORS_INDEX, todo: 'Put all parts of the model into the folder.' });
}
