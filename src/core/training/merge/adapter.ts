import { LabError } from '../../error.ts';
import { readSafetensorsHeader, type SafetensorsTensor } from '../../formats/safetensors/read.ts';
import type { ByteSource } from '../../formats/source.ts';
import { decodeStored } from '../../formats/stored.ts';
import { type AdapterSettings, parseAdapterSettings } from './settings.ts';

/** The two matrices of a module: its weight [out, in] gets scaling · B [out, rank] · A [rank, in]. */
export interface AdapterModule {
  a: SafetensorsTensor;
  b: SafetensorsTensor;
  rank: number;
  scaling: number;
}

/** A LoRA adapter in PEFT's format; its tensors are read on demand. */
export interface Adapter {
  /** Name for messages. */
  readonly name: string;
  readonly settings: AdapterSettings;
  /** By the name of the module in a checkpoint, e.g. `model.layers.0.self_attn.q_proj`. */
  readonly modules: ReadonlyMap<string, AdapterModule>;
  read(tensor: SafetensorsTensor): Promise<Float32Array>;
}

/** `base_model.model.<module>.lora_A.weight`; PEFT inserts the adapter's name when it saves a whole model's state. */
const TENSOR_NAME = /^(?:base_model\.model\.)?(.+)\.lora_([AB])(?:\.[^.]+)?\.weight$/;

/**
 * Opens an adapter.
 * @param settingsText `adapter_config.json`.
 * @param source `adapter_model.safetensors`.
 * @throws {LabError} `unsupported` for kinds that cannot be merged as a low-rank product, `bad-file` for damage:
 * unpaired tensors, or shapes that contradict the settings or each other.
 */
export async function openAdapter(name: string, settingsText: string, source: ByteSource): Promise<Adapter> {
  const settings = parseAdapterSettings(settingsText, `${name}/adapter_config.json`);
  const fail = (what: string): LabError =>
    new LabError({
      code: 'bad-file',
      where: `${name}/${source.name}`,
      what,
      todo: 'Use a complete adapter folder written by PEFT or this trainer.',
    });
  const halves = new Map<string, Partial<Record<'A' | 'B', SafetensorsTensor>>>();
  for (const tensor of await readSafetensorsHeader(source)) {
    const match = TENSOR_NAME.exec(tensor.name);
    if (!match) {
      throw new LabError({
        code: 'unsupported',
        where: `${name}/${source.name}`,
        what: `The tensor "${tensor.name}" does not belong to a plain LoRA adapter on linear layers.`,
        todo: 'Merge it with PEFT (merge_and_unload) and use the merged model.',
      });
    }
    const [, module = '', half] = match;
    if (tensor.shape.length !== 2)
      throw fail(`The tensor "${tensor.name}" is [${tensor.shape.join(', ')}], but it must be a matrix.`);
    const known = halves.get(module) ?? {};
    if (known[half as 'A' | 'B']) throw fail(`The module "${module}" has two matrices ${half}.`);
    halves.set(module, { ...known, [half as 'A' | 'B']: tensor });
  }
  const modules = new Map<string, AdapterModule>();
  for (const [module, { A: a, B: b }] of halves) {
    if (!a || !b) throw fail(`The module "${module}" has no matrix ${a ? 'B' : 'A'}.`);
    const rank = settings.rankOf(module);
    if (a.shape[0] !== rank || b.shape[1] !== rank) {
      throw fail(
        `The module "${module}" has A [${a.shape.join(', ')}] and B [${b.shape.join(', ')}], but its rank in ` +
          `adapter_config.json is ${rank}.`,
      );
    }
    modules.set(module, { a, b, rank, scaling: settings.scalingOf(module) });
  }
  if (modules.size === 0) throw fail('It has no adapter matrices.');
  return {
    name,
    settings,
    modules,
    async read(tensor) {
      const values = decodeStored(
        tensor.type,
        await source.read(tensor.offset, tensor.bytes),
        tensor.shape.reduce((x, y) => x * y, 1),
      );
      const bad = values.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0) throw fail(`The tensor "${tensor.name}" holds ${values[bad]} at ${bad}.`);
      return values;
    },
  };
}
