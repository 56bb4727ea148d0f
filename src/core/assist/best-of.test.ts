import { expect, it } from 'vitest';
import { PAPER_DECODING } from '../engine/engine.ts';
import { fakeModel } from '../evaluation/testing/fake-model.ts';
import { bestOf, candidateSeed, type ChosenReply } from './best-of.ts';

const messages = [{ role: 'user' as const, content: 'hello' }];
const decoding = { ...PAPER_DECODING, seed: 5 };

async function all(steps: AsyncIterable<ChosenReply>): Promise<ChosenReply[]> {
  const list: ChosenReply[] = [];
  for await (const step of steps) list.push(step);
  return list;
}

const texts = [0, 1, 2].map((index) => `${candidateSeed(5, index)} hello`);

it('samples with seeds of its own, the first with the one that was asked for', () => {
  expect(candidateSeed(5, 0)).toBe(5);
  const seeds = Array.from({ length: 8 }, (_, index) => candidateSeed(0xffffffff, index));
  expect(new Set(seeds).size).toBe(8);
  for (const seed of seeds) expect(Number.isInteger(seed) && seed >= 0 && seed <= 0xffffffff).toBe(true);
});

it('ends with the reply that scores highest, and shows no text before', async () => {
  const score = (replies: readonly string[]) => Promise.resolve(replies.map((_, i) => (i === 1 ? 2 : -i)));
  const steps = await all(bestOf(fakeModel(), { messages, decoding, count: 3, score }));
  expect(steps.slice(0, -1).map(({ text, sampling }) => [text, sampling])).toEqual([
    ['', 1],
    ['', 2],
    ['', 3],
  ]);
  expect(steps.at(-1)).toMatchObject({
    text: texts[1],
    end: { reason: 'stop' },
    outcome: { chosen: 1, candidates: texts.map((text, i) => ({ text, score: i === 1 ? 2 : -i })) },
  });
});

it('gives the first reply, and says why, when none can be chosen', async () => {
  const score = () => Promise.reject(new Error('no encoder'));
  const last = (await all(bestOf(fakeModel(), { messages, decoding, count: 2, score }))).at(-1);
  expect(last?.text).toBe(texts[0]);
  expect(last?.outcome).toEqual({ problem: 'The replies could not be compared (no encoder).' });
});

it('stopped, gives the first reply without a choice and writes no more', async () => {
  const stop = new AbortController();
  let replies = 0;
  const model = fakeModel({
    beforeReply() {
      if (++replies === 2) stop.abort();
    },
  });
  const score = () => Promise.reject(new Error('must not be asked'));
  const last = (await all(bestOf(model, { messages, decoding, count: 4, score }, stop.signal))).at(-1);
  expect(replies).toBe(2);
  expect(last).toMatchObject({ text: texts[0] });
  expect(last).not.toHaveProperty('outcome');
});
