import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpoint } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { layerMatrices } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { checkpointToGguf } from '../../src/core/formats/gguf/from-checkpoint.ts';
import { writeSafetensors } from '../../src/core/formats/safetensors/write.ts';
import type { Adapter } from '../../src/core/training/merge/index.ts';
import { adapterToGguf } from '../../src/core/training/merge/to-gguf.ts';
import { openAdapterPath } from '../../trainer/files/open-adapter.ts';
import { openCheckpoint } from '../../trainer/files/open.ts';
import { diskFolder } from '../../trainer/files/sink.ts';
import { noise, writeTinyModel } from './tiny-model.ts';

/** Types in which adapters are compared with llama.cpp. */
const PARITY_TYPES = ['F32', 'Q8_0'] as const;

/** Adapters of the tiny model: the paper's kind, and one with what PEFT's settings can say about single modules. */
const TINY_ADAPTERS: Record<string, { settings: Record<string, unknown>; rank: (module: string) => number }> = {
  plain: {
    settings: { r: 32, lora_alpha: 16, target_modules: ['q_proj', 'k_proj', 'v_proj', 'o_proj'] },
    rank: (module) => (module.includes('self_attn') ? 32 : 0),
  },
  patterns: {
    settings: {
      r: 4,
      lora_alpha: 8,
      use_rslora: true,
      target_modules: 'all-linear',
      rank_pattern: { 'layers.1.mlp.down_proj': 6, q_proj: 3 },
      alpha_pattern: { k_proj: 2 },
    },
    rank: (module) => (module.endsWith('q_proj') ? 3 : module === 'model.layers.1.mlp.down_proj' ? 6 : 4),
  },
};

const IDS = [
  [256, 104, 111, 119, 32, 97, 114, 101, 32, 121, 111, 117, 63, 257],
  [256, 105, 32, 99, 97, 110, 110, 111, 116, 32, 115, 108, 101, 101, 112, 46, 257, 256, 119, 104, 97, 116, 32, 107],
];

/** Writes a base as llama.cpp reads it, in single precision. */
export async function writeBaseGguf(folder: string, base: Checkpoint): Promise<void> {
  const file = await diskFolder(folder).create('model.gguf');
  await checkpointToGguf(base, file, { name: 'base', type: 'F32' });
  await file.close();
}

/** Writes an adapter in each type that is compared with llama.cpp. */
export async function writeAdapterGgufs(folder: string, adapter: Adapter, { config }: Checkpoint): Promise<void> {
  for (const type of PARITY_TYPES) {
    const file = await diskFolder(folder).create(`${type}.gguf`);
    await adapterToGguf(adapter, file, { config, type, name: adapter.name, base: 'base' });
    await file.close();
  }
}

/**
 * Writes what `bench/python/adapter_parity.py` reads: a tiny model, adapters on it in PEFT's format and as GGUF files,
 * and sequences of ids. The same files every time.
 */
export async function writeTinyAdapters(folder: string): Promise<void> {
  await writeTinyModel(join(folder, 'model'));
  await writeFile(join(folder, 'ids.json'), JSON.stringify(IDS));
  const { checkpoint, close } = await openCheckpoint(join(folder, 'model'));
  await writeBaseGguf(folder, checkpoint);
  for (const [name, { settings, rank }] of Object.entries(TINY_ADAPTERS)) {
    const place = join(folder, 'adapters', name);
    await writePeft(join(place, 'peft'), checkpoint, settings, rank);
    const opened = await openAdapterPath(join(place, 'peft'));
    await writeAdapterGgufs(place, opened.adapter, checkpoint);
    await opened.close();
  }
  await close();
}

/** Writes an adapter of random numbers in PEFT's format; `rankOf` gives a module's rank, 0 for none. */
export async function writePeft(
  folder: string,
  { config }: Checkpoint,
  settings: Record<string, unknown>,
  rankOf: (module: string) => number,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'adapter_config.json'),
    JSON.stringify({ peft_type: 'LORA', task_type: 'CAUSAL_LM', bias: 'none', ...settings }),
  );
  const random = noise(7);
  const tensors = Array.from({ length: config.layers }, (_, layer) => layer).flatMap((layer) =>
    Object.entries(layerMatrices(config)).flatMap(([part, [out, in_]]) => {
      const module = `model.layers.${layer}.${part}`;
      const rank = rankOf(module);
      const matrix = (half: 'A' | 'B', shape: [number, number]) => ({
        name: `base_model.model.${module}.lora_${half}.weight`,
        shape,
        data: Float32Array.from({ length: shape[0] * shape[1] }, () => random() / 4),
      });
      return rank === 0 ? [] : [matrix('A', [rank, in_]), matrix('B', [out, rank])];
    }),
  );
  const file = await diskFolder(folder).create('adapter_model.safetensors');
  await writeSafetensors(file, tensors);
  await file.close();
}
