import { readSafetensorsHeader } from '../../formats/safetensors/read.ts';
import type { ByteSource } from '../../formats/source.ts';
import { ADAPTER_CONFIG } from '../peft-config.ts';
import {
  type Adapter,
  damagedAdapter,
  foreignTensor,
  moduleOf,
  pairMatrices,
  type PlacedModule,
  readMatrix,
} from './adapter.ts';
import { parseAdapterSettings } from './settings.ts';

/** PEFT inserts the adapter's name when it saves a whole model's state. */
const TENSOR_NAME = /^(?:base_model\.model\.)?(.+)\.lora_([AB])(?:\.[^.]+)?\.weight$/;

/**
 * Opens an adapter in PEFT's format; its tensors are read on demand.
 * @param settingsText `adapter_config.json`.
 * @param source `adapter_model.safetensors`.
 * @throws {LabError} `unsupported` for kinds that cannot be merged as a low-rank product, `bad-file` for damage:
 * unpaired tensors, or shapes that contradict the settings or each other.
 */
export async function openAdapter(name: string, settingsText: string, source: ByteSource): Promise<Adapter> {
  const settings = parseAdapterSettings(settingsText, `${name}/${ADAPTER_CONFIG}`);
  const where = `${name}/${source.name}`;
  const named = (await readSafetensorsHeader(source)).map((tensor) => {
    const [, module, half] = TENSOR_NAME.exec(tensor.name) ?? [];
    if (module === undefined) throw foreignTensor(where, tensor.name);
    return { module, half: half === 'A' ? ('A' as const) : ('B' as const), tensor };
  });
  const modules = new Map<string, PlacedModule>();
  for (const [module, { a, b }] of pairMatrices(named, where)) {
    const rank = settings.rankOf(module);
    if (a.shape[0] !== rank || b.shape[1] !== rank) {
      throw damagedAdapter(
        where,
        `The module "${module}" has A [${a.shape.join(', ')}] and B [${b.shape.join(', ')}], but its rank in ` +
          `${ADAPTER_CONFIG} is ${rank}.`,
      );
    }
    modules.set(module, { a, b, rank, scaling: settings.scalingOf(module) });
  }
  return {
    name,
    settings,
    modules,
    async factors(module) {
      const { a, b } = moduleOf(modules, module);
      return { a: await readMatrix(source, a, where), b: await readMatrix(source, b, where) };
    },
  };
}
