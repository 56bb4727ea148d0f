import { readFile } from 'node:fs/promises';
import { asEarlierTurns } from '../../src/core/assist/assist.ts';
import { assembleContext } from '../../src/core/context/assemble.ts';
import type { ContextUtterance } from '../../src/core/context/sent.ts';
import { sampleTurns } from '../../src/core/evaluation/turns.ts';
import { parseJson } from '../../src/core/json.ts';
import { readBuiltInDataset } from '../../src/node/dataset-file.ts';
import { openNodeAssist } from '../../src/node/assist-node.ts';
import { situationsSchema } from '../reading/format.ts';

/** A conversation to answer: a situation of the blind reading, or a turn of the corpus's test part. */
export interface AssistItem {
  id: string;
  utterances: ContextUtterance[];
  /** What the corpus's supporter said. */
  reference?: string;
}

/**
 * How many exchanges stand before the conversation, how many replies to situations and to turns are sampled, and how.
 */
export const ARMS = {
  plain: { exchanges: 0, samples: 4, turnSamples: 4 },
  exchanges: { exchanges: 2, samples: 4, turnSamples: 1 },
  cooler: { exchanges: 0, samples: 1, turnSamples: 1, decoding: { temperature: 0.5, topP: 0.9 } },
} as const;

const TURNS = 60;
/** Turns are drawn from the beginning of a dialogue, because long contexts take long. */
const UTTERANCES = 6;

/** The situations, then one turn per dialogue. */
export async function assistItems(): Promise<AssistItem[]> {
  const path = new URL('../reading/situations.json', import.meta.url).pathname;
  const situations = situationsSchema.parse(parseJson(await readFile(path, 'utf8'), path));
  const { dialogues } = await readBuiltInDataset('solace-test');
  const beginnings = dialogues.map((each) => ({ ...each, utterances: each.utterances.slice(0, UTTERANCES) }));
  const sample = { seed: 11, dialogues: TURNS, turns: 1, replies: null };
  return [
    ...situations.map(({ id, messages }) => ({
      id,
      utterances: messages.map(({ role, content }): ContextUtterance => ({
        speaker: role === 'user' ? 'seeker' : 'supporter',
        text: content,
      })),
    })),
    ...sampleTurns(beginnings, { sample, sampling: 2 }).map(({ dialogue, turn, before, reference }) => ({
      id: `${dialogue}, turn ${turn}`,
      utterances: [...before],
      reference,
    })),
  ];
}

/** `npm run bench -- assist-contexts`: what trainer/ranker/sample.py lets the default model reply to. */
export async function printContexts(): Promise<void> {
  const assist = await openNodeAssist();
  for (const { id, utterances, reference } of await assistItems()) {
    for (const [arm, { exchanges, samples, turnSamples, ...decoding }] of Object.entries(ARMS)) {
      const before = exchanges === 0 ? [] : asEarlierTurns(await assist.similar(utterances, exchanges));
      const all = [...before, ...utterances];
      const { messages } = await assembleContext({ utterances: all, budget: null, reserve: 0 }, null);
      const wanted = reference === undefined ? samples : turnSamples;
      console.log(JSON.stringify({ id, arm, model: 'solace', samples: wanted, ...decoding, messages }));
    }
  }
  await assist.release();
}
