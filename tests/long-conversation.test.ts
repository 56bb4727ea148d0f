import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { at } from '../src/core/at.ts';
import { OVERFLOW_IDS, type OverflowId } from '../src/core/compression/history/overflow.ts';
import { REPRESENTATION_IDS, type RepresentationId } from '../src/core/compression/representation.ts';
import { fitted, type AssembledContext } from '../src/core/context/assemble.ts';
import { wordTokenizer } from '../src/core/context/testing/word-tokenizer.ts';
import { rememberingTokenizer } from '../src/core/context/tokenizer.ts';
import type { Utterance } from '../src/core/dataset/dialogue.ts';
import { rememberingEmbedder, type Embedder } from '../src/core/embedding/embedder.ts';
import type { LoadedModel } from '../src/core/engine/engine.ts';
import { viewCompressed } from '../src/lab/compressed-context.ts';
import { openOverflow } from '../src/lab/overflow.ts';
import { nodeEmbedder } from '../src/node/encoder-node.ts';

const TURNS = 120;
const WINDOW = { budget: 2048, reserve: 128 };
const ROOM = WINDOW.budget - WINDOW.reserve;

const corpus = z.array(
  z.object({ content: z.array(z.object({ User: z.string().optional(), AI: z.string().optional() })) }),
);

/** A conversation of 120 turns: each a message of the seeker and a reply, taken from dialogues of the corpus. */
function longConversation(): Utterance[] {
  const file = new URL('../public/dialogues/solace-72.json', import.meta.url);
  const dialogues = corpus.parse(JSON.parse(readFileSync(file, 'utf8')));
  const utterances: Utterance[] = [];
  for (const { User, AI } of dialogues.flatMap(({ content }) => content)) {
    const speaker = utterances.length % 2 === 0 ? 'seeker' : 'supporter';
    const text = speaker === 'seeker' ? User : AI;
    if (text !== undefined) utterances.push({ speaker, text });
    if (utterances.length === 2 * TURNS) break;
  }
  return utterances;
}
const SAID = longConversation();

/** A model that scores each word by its length and summarises in a fixed number of words. */
const model: LoadedModel = {
  info: {
    modelId: 'fake',
    engine: 'transformers',
    device: 'cpu',
    features: { seed: true, topK: true, resumes: true },
    contextWindow: WINDOW.budget,
  },
  scorer: {
    score: async (text) =>
      [...text.matchAll(/\s*\S+/g)].map(([token], i) => ({
        id: 0,
        text: token,
        logprob: i === 0 ? null : -token.length,
      })),
  },
  async *stream(messages) {
    yield { type: 'text', text: `They said ${messages[0]?.content.split(' ').slice(-8, -2).join(' ')}` };
    const stats = { promptTokens: 1, newTokens: 1, firstTokenMs: 1, decodeMs: 1 };
    yield { type: 'done', reason: 'stop', stats };
  },
  unload: () => Promise.resolve(),
};

/** Counts letters: equal texts are close, others hardly. */
const letters: Embedder = {
  embed: async (texts) =>
    texts.map((text) => {
      const counts = new Float32Array(26);
      for (const letter of text.toLowerCase()) {
        const place = letter.charCodeAt(0) - 97;
        if (place >= 0 && place < 26) counts[place] = (counts[place] ?? 0) + 1;
      }
      const length = Math.hypot(...counts) || 1;
      return counts.map((count) => count / length);
    }),
};

interface Setup {
  overflow: OverflowId;
  representation?: RepresentationId;
  embedder?: Embedder;
  utterances?: Utterance[];
}

const tokenizer = rememberingTokenizer(wordTokenizer());

/** The context before the reply to the last of these utterances. */
async function contextOf({ overflow, representation = 'raw', embedder = letters, utterances = SAID }: Setup) {
  const options = { representation };
  // What is found does not depend on how busy the machine is.
  const way = openOverflow({ id: overflow, options, modelId: 'fake', model, embedder, patience: 200_000 });
  const request = { system: 'Be kind', utterances, options, newest: 'as-written' as const, overflow: way, ...WINDOW };
  return fitted(await viewCompressed(request, tokenizer));
}

/** Tokens that the template puts around a message. */
const FRAME = 3;

interface TurnCost {
  /** Tokens that an engine with one cache of keys and values reads. */
  read: number;
  /** Tokens said since the turn before. */
  fresh: number;
  /** Tokens of the earlier utterances that are sent differently than with the turn before, and of quotes. */
  rewritten: number;
  stepped: boolean;
  prompt: number;
}

/** Carries on a conversation turn by turn with an engine that keeps the common beginning of two prompts. */
async function converse(setup: Setup): Promise<TurnCost[]> {
  const costs: TurnCost[] = [];
  let cache: string[] = [];
  let before: AssembledContext | undefined;
  for (let n = 1; n <= 2 * TURNS; n += 2) {
    const context = await contextOf({ ...setup, utterances: SAID.slice(0, n) });
    const words = (await tokenizer.renderPrompt(context.messages)).split(/\s+/);
    const common = words.findIndex((word, i) => word !== cache[i]);
    const stepped = context.steps.length > (before?.steps.length ?? 0);
    const tokensOf = (from: number, to: number): number =>
      context.utterances.slice(from, to).reduce((sum, each) => sum + each.tokens + FRAME, 0);
    const known = before?.utterances.length ?? 0;
    const changed = context.utterances.slice(0, known).filter((each, i) => {
      const was = before?.utterances[i];
      return each.text !== was?.text || each.recalled || was?.recalled;
    });
    costs.push({
      read: words.length - common,
      fresh: tokensOf(known, n) + (known === 0 ? context.base : 0),
      rewritten: stepped
        ? context.fit.tokens - tokensOf(known, n)
        : changed.reduce((sum, each) => sum + each.tokens + FRAME, 0),
      stepped,
      prompt: words.length,
    });
    expect(context.messages.at(-1)?.content.endsWith(at(SAID, n - 1).text)).toBe(true);
    cache = [...words, ...at(SAID, n).text.split(/\s+/)];
    before = context;
  }
  return costs;
}

const CASES = [
  ...OVERFLOW_IDS.map((overflow): [OverflowId, RepresentationId] => [overflow, 'raw']),
  ...REPRESENTATION_IDS.slice(1).map((id): [OverflowId, RepresentationId] => ['drop', id]),
];

describe('a conversation of 120 turns in a window of 2,048 tokens', () => {
  it.each(CASES)('%s under %s reads only what is new and what it rewrote', async (overflow, representation) => {
    const costs = await converse({ overflow, representation });
    expect(costs).toHaveLength(TURNS);
    const steps = costs.filter(({ stepped }) => stepped).length;
    for (const [turn, { read, fresh, rewritten, prompt }] of costs.entries()) {
      expect(prompt).toBeLessThanOrEqual(ROOM);
      expect(read, `turn ${turn}`).toBeLessThanOrEqual(2 * (fresh + rewritten));
    }
    // Each step frees a quarter of the window, so that many new tokens pass before the next one.
    const said = costs.reduce((sum, { fresh }) => sum + fresh, 0);
    expect(steps).toBeGreaterThan(1);
    expect(steps).toBeLessThanOrEqual(Math.ceil(said / (ROOM / 4)));
    const median = costs.map(({ read }) => read).sort((a, b) => a - b)[TURNS / 2] ?? Infinity;
    expect(median).toBeLessThan(ROOM / 8);
  });

  it('would read most of the window with every turn if one turn left at a time', async () => {
    const request = { system: 'Be kind', options: { representation: 'raw' as const }, ...WINDOW };
    let cache: string[] = [];
    let read = 0;
    for (let n = 181; n <= 221; n += 2) {
      const view = await viewCompressed({ ...request, utterances: SAID.slice(0, n) }, tokenizer);
      const words = (await tokenizer.renderPrompt(view.messages)).split(/\s+/);
      read += words.length - words.findIndex((word, i) => word !== cache[i]);
      cache = words;
    }
    expect(read / 21).toBeGreaterThan(ROOM / 2);
  });

  it('is shortened at the same turns however long it becomes', async () => {
    const whole = await contextOf({ overflow: 'drop', utterances: SAID.slice(0, 239) });
    const part = await contextOf({ overflow: 'drop', utterances: SAID.slice(0, 151) });
    expect(part.steps.length).toBeGreaterThan(0);
    expect(whole.steps.slice(0, part.steps.length)).toEqual(part.steps);
  });
});

/** Facts of turn 5 and the questions of turn 110 about them. */
const FACTS: [fact: string, question: string][] = [
  ['My sister is called Maya and she lives in Leeds.', 'Do you remember what my sister is called?'],
  ['I play the cello in an amateur orchestra on Tuesdays.', 'What instrument did I tell you I play?'],
  ['Our dog, a spaniel named Biscuit, died in March.', 'I keep dreaming about the dog again.'],
  ['I was diagnosed with coeliac disease two years ago.', 'What was the illness I told you about?'],
  ['My landlord wants me out of the flat by the end of June.', 'When do I have to leave the flat?'],
  ['I work nights as a baker in a supermarket.', 'You know what I do for a living, don’t you?'],
  ['My father drank, and he hit my brother but never me.', 'I thought about my father and his drinking today.'],
  ['I failed the driving test four times.', 'I have booked another driving test for Monday.'],
  ['My wedding to Tomasz is planned for September in Gdansk.', 'The wedding is getting closer and I am scared.'],
  ['I owe my uncle three thousand pounds for the van.', 'How much money was it that I borrowed from my uncle?'],
];

describe('recall', () => {
  let embedder: Embedder;
  beforeAll(() => {
    embedder = rememberingEmbedder(nodeEmbedder());
  });

  it('finds a fact of turn 5 at turn 110, where a window finds none', async () => {
    const found: Record<'recall' | 'drop', number> = { recall: 0, drop: 0 };
    for (const [fact, question] of FACTS) {
      const utterances = SAID.slice(0, 2 * 110 - 1);
      utterances[2 * 4] = { speaker: 'seeker', text: fact };
      utterances[2 * 109] = { speaker: 'seeker', text: question };
      for (const overflow of ['recall', 'drop'] as const) {
        const { messages } = await contextOf({ overflow, embedder, utterances });
        if (messages.some(({ content }) => content.includes(fact))) found[overflow]++;
      }
    }
    expect(found.drop).toBe(0);
    expect(found.recall).toBeGreaterThanOrEqual(8);
  });

  it('quotes nothing where nothing is related', async () => {
    const utterances = [...SAID.slice(0, 218), { speaker: 'seeker' as const, text: 'Hm.' }];
    const { messages, utterances: seen } = await contextOf({ overflow: 'recall', embedder, utterances });
    expect(seen.filter(({ recalled }) => recalled)).toEqual([]);
    expect(messages.at(-1)?.content).toBe('Hm.');
  });
});
