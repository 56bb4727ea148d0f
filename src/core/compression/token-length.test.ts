import { describe, expect, it } from 'vitest';
import type { Dialogue } from '../dataset/dialogue.ts';
import { NO_STOPWORDS } from './nostopwords.ts';
import { RAW } from './raw.ts';
import { dialogueLengths, loadTokenCounter, TOKENIZER_IDS, tokensPerUtterance } from './token-length.ts';

const DIALOGUES: Dialogue[] = [
  {
    id: '1',
    utterances: [
      { speaker: 'seeker', text: 'Hello world' },
      { speaker: 'supporter', text: 'grabbed' },
    ],
  },
  { id: '2', utterances: [{ speaker: 'seeker', text: 'Hello world' }] },
];

describe('token counters', () => {
  // The ids are those of the models' own tokenizers: "Hello world" is 15043 3186 for Llama 2 and 22557 1526 for
  // Mistral.
  it.each([
    ['llama2', 'Hello world', 2],
    ['llama2', 'grabbed', 3],
    ['mistral', 'Hello world', 2],
    ['llama2', '', 0],
  ] as const)('%s: "%s" has %i tokens', async (id, text, tokens) => {
    expect((await loadTokenCounter(id))(text)).toBe(tokens);
  });

  it.each(TOKENIZER_IDS)('%s falls back to bytes where it has no token', async (id) => {
    expect((await loadTokenCounter(id))('🫠')).toBeGreaterThanOrEqual(4);
  });
});

describe('dialogueLengths', () => {
  it('counts each dialogue, and averages over utterances', async () => {
    const lengths = dialogueLengths(DIALOGUES, RAW.compress, await loadTokenCounter('llama2'));
    expect(lengths).toEqual([
      { tokens: 5, utterances: 2 },
      { tokens: 2, utterances: 1 },
    ]);
    expect(tokensPerUtterance(lengths)).toBe(7 / 3);
    expect(tokensPerUtterance([])).toBeNaN();
  });

  it('is shorter under a compression that drops words', async () => {
    const count = await loadTokenCounter('mistral');
    const dialogues: Dialogue[] = [
      { id: '1', utterances: [{ speaker: 'seeker', text: 'I am in the house of a friend' }] },
    ];
    const under = (representation: typeof RAW): number =>
      tokensPerUtterance(dialogueLengths(dialogues, representation.compress, count));
    expect(under(NO_STOPWORDS)).toBeLessThan(under(RAW));
  });
});
