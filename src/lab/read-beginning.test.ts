import { describe, expect, it } from 'vitest';
import { fakeModel } from '../core/evaluation/testing/fake-model.ts';
import { readBeginning } from './read-beginning.ts';

const never = new AbortController().signal;

describe('the beginning that compared replies share', () => {
  it.each([
    ['Listen.', [{ role: 'system', content: 'Listen.' }]],
    [' ', []],
  ])('is read once, for one token: %j', async (prompt, system) => {
    const heard: unknown[] = [];
    const model = fakeModel({
      beforeReply: (messages, { maxNewTokens }) => Promise.resolve(void heard.push([maxNewTokens, messages])),
    });
    await readBeginning(model, prompt, never);
    expect(heard).toEqual([[1, [...system, { role: 'user', content: 'Hello' }]]]);
  });

  it('is not read by an endpoint, which asks for money', async () => {
    const heard: unknown[] = [];
    const model = fakeModel({ device: 'remote', beforeReply: () => Promise.resolve(void heard.push('asked')) });
    await readBeginning(model, 'Listen.', never);
    expect(heard).toEqual([]);
  });
});
