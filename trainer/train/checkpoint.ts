import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { LabError } from '../../src/core/error.ts';
import { parseJson } from '../../src/core/json.ts';
import { CHAT_TEMPLATE_FILE } from '../../src/core/formats/checkpoint/template.ts';
import { writeFile } from '../../src/core/formats/export/sink.ts';
import { readSafetensorsHeader } from '../../src/core/formats/safetensors/read.ts';
import { writeSafetensors } from '../../src/core/formats/safetensors/write.ts';
import { decodeStored } from '../../src/core/formats/stored.ts';
import { STATE } from '../../src/core/training/graphs.ts';
import type { AdapterTensor } from '../../src/core/training/lora.ts';
import { ADAPTER_CONFIG, ADAPTER_FILE, peftConfig } from '../../src/core/training/peft-config.ts';
import { runStateSchema, type RunState, type SavedRun } from '../../src/core/training/run-state.ts';
import type { Moments, Weights } from '../../src/core/training/trainer.ts';
import { readIfPresent } from '../../src/node/read-file.ts';
import { ownFolder, recoverFolder } from '../files/output.ts';
import { diskFolder } from '../files/sink.ts';
import { fileSource } from '../files/source.ts';
import type { RunConfig } from './config.ts';

const OPTIMIZER_FILE = 'optimizer.safetensors';
const STATE_FILE = 'state.json';
/** Files that the trainer writes into `best/` and `last/`. */
export const ADAPTER_FILES: readonly string[] = [
  ADAPTER_CONFIG,
  ADAPTER_FILE,
  CHAT_TEMPLATE_FILE,
  OPTIMIZER_FILE,
  STATE_FILE,
];

/** What all checkpoints of a run have in common. */
export interface AdapterKind {
  config: RunConfig;
  tensors: readonly AdapterTensor[];
  /** The chat template in use. */
  template: string | undefined;
}

/** Atomically writes an adapter folder in PEFT's format; with `run`, also the state that resuming needs. */
export async function saveAdapter(
  folder: string,
  { config, tensors, template }: AdapterKind,
  adapter: Weights,
  run?: { state: RunState; moments: Moments },
): Promise<void> {
  await ownFolder(folder).write(async (temporary) => {
    const sink = diskFolder(temporary, '--set out=');
    await writeFile(sink, ADAPTER_CONFIG, peftConfig(config.lora, basename(resolve(config.model))));
    // The chat template that the adapter was trained with.
    if (template !== undefined) await writeFile(sink, CHAT_TEMPLATE_FILE, template);
    await writeTensors(ADAPTER_FILE, [{ prefix: '', weights: adapter }]);
    if (run) {
      await writeTensors(OPTIMIZER_FILE, [
        { prefix: STATE.first, weights: run.moments.first },
        { prefix: STATE.second, weights: run.moments.second },
      ]);
      await writeFile(sink, STATE_FILE, JSON.stringify(run.state, null, 2));
    }

    async function writeTensors(path: string, parts: { prefix: string; weights: Weights }[]): Promise<void> {
      const file = await sink.create(path);
      await writeSafetensors(
        file,
        parts.flatMap(({ prefix, weights }) =>
          tensors.map(({ name, shape }) => ({
            name: `${prefix}${name}`,
            shape,
            data: weights.get(name) ?? new Float32Array(),
          })),
        ),
        { format: 'pt' },
      );
      await file.close();
    }
  });
}

/**
 * Reads a checkpoint to resume from, or null if there is none. A checkpoint that was being replaced when the run was
 * killed is restored first.
 * @throws {LabError} `bad-file` for a damaged one, `io` for one that cannot be read.
 */
export async function loadCheckpoint(folder: string): Promise<SavedRun | null> {
  await recoverFolder(folder);
  const text = await readIfPresent(join(folder, STATE_FILE));
  if (text === undefined) return null;
  const parsed = runStateSchema.safeParse(parseJson(text, join(folder, STATE_FILE)));
  if (!parsed.success)
    throw new LabError({
      code: 'bad-file',
      where: join(folder, STATE_FILE),
      what: z.prettifyError(parsed.error),
      todo: 'Start the run again with --fresh.',
    });
  const adapter = await readWeights(join(folder, ADAPTER_FILE));
  const both = [...(await readWeights(join(folder, OPTIMIZER_FILE)))];
  const moment = (prefix: string): Weights =>
    new Map(both.flatMap(([name, data]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), data]] : [])));
  return {
    state: parsed.data,
    adapter,
    moments: { updates: parsed.data.update, first: moment(STATE.first), second: moment(STATE.second) },
  };
}

/** Float32 tensors of a safetensors file, by name. */
export async function readWeights(path: string): Promise<Weights> {
  const source = await fileSource(path);
  try {
    const weights: Weights = new Map();
    for (const { name, type, offset, bytes, shape } of await readSafetensorsHeader(source)) {
      weights.set(
        name,
        decodeStored(
          type,
          await source.read(offset, bytes),
          shape.reduce((a, b) => a * b, 1),
        ),
      );
    }
    return weights;
  } finally {
    await source.close();
  }
}
