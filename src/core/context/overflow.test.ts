import { describe, expect, it } from 'vitest';
import { assembleContext, SUMMARY_HEAD } from './assemble.ts';
import type { Overflow } from './overflow.ts';
import type { ContextUtterance } from './sent.ts';
import { contents, request } from './testing/request.ts';
import { wordTokenizer } from './testing/word-tokenizer.ts';

describe('quotes', () => {
  it('begin the seeker’s last message and are counted', async () => {
    const sent = [null, 'What has happened', 'My dog', 'has died'];
    const context = await assembleContext(request({ sent, recalled: [0], budget: 100 }), wordTokenizer());
    expect(contents(context)).toEqual([
      'Be kind',
      'What has happened',
      'Earlier I said: “I am so very sad today”\n\nMy dog has died',
    ]);
    expect(context.utterances[0]).toMatchObject({ text: null, absent: 'condition', recalled: true, tokens: 9 });
    expect(context.fit.tokens).toBe(3 + (2 + 3) + (3 + 3) + (9 + 4 + 3));
    // What is in its place is not quoted as well.
    const whole = await assembleContext(request({ recalled: [0] }), wordTokenizer());
    expect(contents(whole)).toEqual(contents(await assembleContext(request(), wordTokenizer())));
  });
});

describe('a conversation that outgrows the window', () => {
  const many: ContextUtterance[] = Array.from({ length: 41 }, (_, i) => ({
    speaker: i % 2 ? 'supporter' : 'seeker',
    text: `We spoke of ${i}`,
  }));
  /** Keeps the last two before the newest, the older one without its first word. */
  const overflow: Overflow = {
    shorten: (utterances) => {
      const from = utterances.length - 3;
      return Promise.resolve({
        sent: utterances.map(({ text }, i) => (i < from ? null : i === from ? text.replace('We ', '') : text)),
        spans: utterances.map((_, i) => (i === from ? [{ start: 0, end: 2, keep: false }] : null)),
        summary: 'They spoke.',
        summarised: 4,
      });
    },
    recall: { share: 0.1, find: ({ earlier }) => Promise.resolve([earlier.length - 1]) },
  };
  // 10 tokens for the rest, 7 for each utterance.
  const asked = request({ utterances: many, budget: 110, overflow });

  it('is shortened at steps, and the rest stays as it is until the next one', async () => {
    const context = await assembleContext(asked, wordTokenizer());
    const [step = 0] = context.steps.slice(-1);
    expect(context.steps.length).toBeGreaterThan(5);
    const absences = context.utterances.map(({ absent }) => absent);
    expect(absences.slice(0, 4)).toEqual(['summary', 'summary', 'summary', 'summary']);
    expect(new Set(absences.slice(4, step - 2))).toEqual(new Set(['window']));
    expect(absences.slice(step - 2)).toEqual(new Array(41 - step + 2).fill(null));
    expect(context.utterances[step - 2]?.text).toBe(`spoke of ${step - 2}`);
    expect(context.utterances.map(({ shortened }, i) => (shortened ? i : -1)).filter((i) => i >= 0)).toEqual([
      step - 2,
    ]);
    expect(context.messages[0]?.content).toBe(`Be kind\n\n${SUMMARY_HEAD} They spoke.`);
    expect(context).toMatchObject({ summary: 'They spoke.', summaryTokens: 8, instead: null });
    expect(context.utterances.findIndex(({ recalled }) => recalled)).toBe(step - 3);
    expect(context.messages.at(-1)?.content).toMatch(/^Earlier (I|you) said: “We spoke of \d+”\n\nWe spoke of 40$/);
    expect(context.fit.leftOut).toBe(step - 2);
    expect(context.fit.tokens).toBeLessThanOrEqual(110);
    expect(context.whole).toBe(8 + 41 * 7);
  });

  it('is not touched while it fits, or where there is no limit', async () => {
    const never: Overflow = { shorten: () => Promise.reject(new Error('asked')) };
    for (const change of [{ utterances: many.slice(0, 11) }, { budget: null }]) {
      const context = await assembleContext({ ...asked, overflow: never, ...change }, wordTokenizer());
      expect([context.steps, context.fit.leftOut]).toEqual([[], 0]);
    }
  });

  it('keeps what must be sent as written, and says when nothing can be found', async () => {
    const utterances = many.map((each) => ({ ...each, whole: true }));
    const blind = { ...overflow, recall: { share: 0.1, find: () => Promise.resolve(null) } };
    const context = await assembleContext({ ...asked, utterances, overflow: blind }, wordTokenizer());
    const [step = 0] = context.steps.slice(-1);
    expect(context.utterances[step - 2]).toMatchObject({ text: `We spoke of ${step - 2}`, asWritten: 'danger' });
    expect(context.instead).toBe('unsupported');
  });
});
