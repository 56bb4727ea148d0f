import { describe, expect, it } from 'vitest';
import type { HistoryModel } from './history.ts';
import { rememberingModel } from './remembering.ts';

/** A model that counts what it is asked. */
function counted() {
  const asked: string[] = [];
  const model: HistoryModel = {
    score: async (text) => {
      asked.push(`score ${text}`);
      if (text === 'fails once' && asked.length === 1) throw new Error('busy');
      return [{ text, logprob: null }];
    },
    generate: async (prompt, { maxNewTokens }) => {
      asked.push(`generate ${prompt} ${maxNewTokens}`);
      return `${prompt} in ${maxNewTokens}`;
    },
  };
  return { asked, model: rememberingModel(model) };
}

describe('rememberingModel', () => {
  it('computes a score or a reply once, also for those who ask at the same time', async () => {
    const { asked, model } = counted();
    const [first, second] = await Promise.all([model.score('a'), model.score('a')]);
    expect(first).toEqual([{ text: 'a', logprob: null }]);
    expect(second).toBe(first);
    expect(await model.generate('a', { maxNewTokens: 2 })).toBe('a in 2');
    expect(await model.generate('a', { maxNewTokens: 3 })).toBe('a in 3');
    expect(await model.generate('a', { maxNewTokens: 2 })).toBe('a in 2');
    expect(asked).toEqual(['score a', 'generate a 2', 'generate a 3']);
  });

  it('tries again after a failure, and forgets the oldest of many', async () => {
    const { asked, model } = counted();
    await expect(model.score('fails once')).rejects.toThrow('busy');
    await model.score('fails once');
    expect(asked).toHaveLength(2);
    for (let i = 0; i < 256; i++) await model.score(`text ${i}`);
    await model.score('fails once');
    expect(asked).toHaveLength(2 + 256 + 1);
  });
});
