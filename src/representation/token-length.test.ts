import { describe, expect, it } from 'vitest';
import type { Dialogue } from '../dataset/dialogue.ts';
import { NO_STOPWORDS } from './nostopwords.ts';
import { RAW } from './raw.ts';
import { loadTokenCounter, tokenLengths, TOKENIZER_IDS } from './token-length.ts';

const DIALOGUES: Dialogue[] = [
  { id: '1', utterances: [{ speaker: 'seeker', text: 'Hello world' }, { speaker: 'supporter', text: 'grabbed' }] },
  { id: '2', utterances: [{ speaker: 'seeker', text: 'Hello world' }] },
];

describe('token counters', () => {
  // The ids are those of the models' own tokenizers: "Hello world" is 15043 3186 under Llama 2 and 22557 1526 under Mistral.
  it.each([['llama2', 'Hello world', 2], ['llama2', 'grabbed', 3], ['mistral', 'Hello world', 2], ['llama2', '', 0]] as const)('%s: "%s" has %i tokens', async (id, text, tokens) => {
    expect((await loadTokenCounter(id))(text)).toBe(tokens);
  });

  it.each(TOKENIZER_IDS)('%s spells what it has no token for in bytes', async (id) => {
    expect((await loadTokenCounter(id))('🫠')).toBeGreaterThanOrEqual(4);
  });
});

describe('tokenLengths', () => {
  it('averages over utterances and over dialogues', async () => {
    const count = await loadTokenCounter('llama2');
    expect(tokenLengths(DIALOGUES, RAW.compress, count)).toEqual({ tokens: 7, perUtterance: 7 / 3, perDialogue: 3.5 });
  });

  it('is shorter under a representation that drops words', async () => {
    const count = await loadTokenCounter('mistral');
    const dialogues: Dialogue[] = [{ id: '1', utterances: [{ speaker: 'seeker', text: 'I am in the house of a friend' }] }];
    expect(tokenLengths(dialogues, NO_STOPWORDS.compress, count).tokens).toBeLessThan(tokenLengths(dialogues, RAW.compress, count).tokens);
  });
});
