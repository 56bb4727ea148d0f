import { assembleContext } from '../../src/core/context/assemble.ts';
import type { ChatMessage } from '../../src/core/context/message.ts';
import type { DatasetPart } from '../../src/core/dataset/built-in.ts';
import { sampleTurns, type SampledTurn } from '../../src/core/evaluation/turns.ts';
import { readBuiltInDataset } from '../../src/node/dataset-file.ts';

/** Whose replies are sampled: the default adapter's and its base's. */
export const SAMPLED_MODELS = ['solace', 'base'] as const;

/** A turn of the corpus to which a model replies. */
export interface SamplingContext {
  part: DatasetPart;
  dialogue: string;
  turn: number;
  model: (typeof SAMPLED_MODELS)[number];
  messages: ChatMessage[];
}

/** Each model replies to one dialogue in this many. */
const EVERY = { solace: 3, base: 12 } as const;

/** One supporter turn per dialogue of a part of the corpus, the same in every call. */
export async function rankerTurns(part: DatasetPart): Promise<SampledTurn[]> {
  const { dialogues } = await readBuiltInDataset(`solace-${part}`);
  return sampleTurns(dialogues, { sample: { seed: 1, dialogues: null, turns: 1, replies: null }, sampling: 2 });
}

/** What the models reply to. */
export async function samplingContexts(): Promise<SamplingContext[]> {
  const parts = await Promise.all(
    (['train', 'test'] as const).map(async (part) => ({ part, turns: await rankerTurns(part) })),
  );
  const found: SamplingContext[] = [];
  for (const { part, turns } of parts) {
    for (const model of SAMPLED_MODELS) {
      for (const { dialogue, turn, before } of turns.filter((_, i) => i % EVERY[model] === 0)) {
        const { messages } = await assembleContext({ utterances: before, budget: null, reserve: 0 }, null);
        found.push({ part, dialogue, turn, model, messages });
      }
    }
  }
  return found;
}
