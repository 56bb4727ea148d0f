import { describe, expect, it } from 'vitest';
import { contests, parseChoices } from './count.ts';
import type { Replies } from './format.ts';
import { lettersOf, readingSheet } from './sheet.ts';

const IDS = ['s01', 's02', 's03', 's04', 's05', 's06'];
const replies: Replies = {
  decoding: {},
  models: { base: 'a', tuned: 'b', other: 'c' },
  situations: IDS.map((id) => ({ id, messages: [{ role: 'user', content: `Hello from ${id}.` }] })),
  replies: Object.fromEntries(
    IDS.map((id) => [id, { base: `base on ${id}`, tuned: `tuned\n\non ${id}`, other: `other on ${id}` }]),
  ),
};

/** Choices that rank the models of each situation in one order. */
const choose = (order: (id: string) => string[]): string =>
  IDS.map((id) => {
    const letters = new Map([...lettersOf(replies, id)].map(([letter, model]) => [model, letter]));
    return `${id}\t${order(id)
      .map((model) => letters.get(model))
      .join('>')}`;
  }).join('\n');

describe('readingSheet', () => {
  it('shows each reply once under a letter, in an order that changes, without the name of a model', () => {
    const sheet = readingSheet(replies).replaceAll(/(base|tuned|other) (\/ )?on/g, 'X on');
    expect(sheet).not.toMatch(/base|tuned|other on/);
    for (const id of IDS) expect(sheet.split(`X on ${id}`)).toHaveLength(1 + 3);
  });

  it('keeps the letters of a situation', () => {
    expect(lettersOf(replies, 's03')).toEqual(lettersOf(replies, 's03'));
    expect(new Set(IDS.map((id) => [...lettersOf(replies, id).values()].join())).size).toBeGreaterThan(1);
  });
});

describe('contests', () => {
  it('counts preferences and agreement over readers', () => {
    const always = parseChoices(
      choose(() => ['tuned', 'other', 'base']),
      'a',
      replies,
    );
    const mostly = parseChoices(
      choose((id) => (id === 's01' ? ['base', 'tuned', 'other'] : ['tuned', 'other', 'base'])),
      'b',
      replies,
    );
    const [tuned] = contests(replies, [always, mostly]);
    expect(tuned).toMatchObject({ models: ['tuned', 'base'], wins: 11, ties: 0, losses: 1 });
    expect(tuned?.preferred.value).toBeCloseTo(11 / 12, 10);
    expect(tuned?.kappa).toBe(0);
  });

  it('reads ties', () => {
    const [first] = contests(replies, [
      parseChoices(choose(() => ['other', 'base', 'tuned']).replaceAll('>', '='), 'a', replies),
    ]);
    expect(first).toMatchObject({ wins: 0, ties: 6, losses: 0 });
  });

  it.each([
    ['s01\tA>B', /line 1.*rank each reply/s],
    ['s01\tA>B>C>D', /line 1/],
    ['s99\tA>B>C', /line 1/],
    ['s01\tA>B>C', /lacks s02/],
  ])('refuses %j', (text, message) => {
    expect(() => parseChoices(text, 'choices', replies)).toThrow(message);
  });
});
