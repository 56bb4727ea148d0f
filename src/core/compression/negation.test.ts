import { describe, expect, it } from 'vitest';
import { loadRepresentation } from './load.ts';
import { droppedNegations, isNegation } from './negation.ts';

describe('isNegation', () => {
  it.each(['not', 'No', 'NEVER', 'n’t', "don't", 'don’t', 'dont', 'cannot', 'nothing'])('accepts %s', (word) => {
    expect(isNegation(word)).toBe(true);
  });
  it.each(['know', 'note', 'want', 'on', "it's", 'tent', ''])('refuses %s', (word) => {
    expect(isNegation(word)).toBe(false);
  });
});

describe('negations under a compression', () => {
  const MESSAGES = [
    ['I don’t want to die.', 1],
    ['He did not hit me, and I never said so.', 1],
    ["I can't sleep and nobody knows.", 1],
    ['I am fine.', 0],
  ] as const;

  it.each(MESSAGES)('are counted where KeyPOS drops them: %s', async (message, dropped) => {
    const { compress } = await loadRepresentation('keypos');
    expect(droppedNegations(message, compress(message).spans)).toHaveLength(dropped);
  });

  it('are kept on request, with the word that they are part of', async () => {
    const keypos = await loadRepresentation('keypos', { negations: true });
    const nostopwords = await loadRepresentation('nostopwords', { negations: true });
    expect(keypos.compress('I don’t want to die.').text).toBe('I don’t want die');
    expect(keypos.compress('He did not hit me.').text).toBe('He not hit me');
    expect(nostopwords.compress('I do not feel safe at home.').text).toBe('not feel safe home.');
    for (const { compress } of [keypos, nostopwords])
      for (const [message] of MESSAGES) expect(droppedNegations(message, compress(message).spans)).toEqual([]);
  });

  it('change nothing where there are none, and nothing by default', async () => {
    const plain = await loadRepresentation('keypos');
    const keeping = await loadRepresentation('keypos', { negations: true });
    expect(keeping.compress('I am so sad today.')).toEqual(plain.compress('I am so sad today.'));
    expect(plain.compress('I don’t want to die.').text).toBe('I want die');
  });
});
