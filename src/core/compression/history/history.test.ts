import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Utterance } from '../../dataset/dialogue.ts';
import type { Embedder } from '../../embedding/embedder.ts';
import { NO_STOPWORDS } from '../nostopwords.ts';
import { RAW } from '../raw.ts';
import { REPRESENTATIONS, type Representation } from '../representation.ts';
import { underBudget } from './budget.ts';
import { compactWithCost, type HistoryMethod, type UtteranceCompressor } from './history.ts';
import { quoteOf } from './quote.ts';
import { findEarlier, withRecall } from './recall.ts';
import { rollingSummary } from './rolling-summary.ts';
import { informationOf, selectiveContext } from './selective-context.ts';
import { everyUtterance, firstAndLast, lastUtterances } from './windows.ts';

const said = (...texts: string[]): Utterance[] =>
  texts.map((text, i) => ({ speaker: i % 2 ? 'supporter' : 'seeker', text }));
const SEVEN = said('I am one', 'You are two', 'I am three', 'You are four', 'I am five', 'You are six', 'I am seven');
const words = (texts: string[]): number[] => texts.map((text) => text.split(/\s+/).filter(Boolean).length);
const sent = async (method: HistoryMethod, utterances = SEVEN): Promise<(string | null)[]> =>
  (await method.compact(utterances)).sent;

/** A compression that runs in this thread. */
const formOf = ({ id, compress }: Representation): UtteranceCompressor => ({
  id,
  name: REPRESENTATIONS[id].name,
  shorten: async (texts) => texts.map((text) => compress(text)),
});

describe('windows', () => {
  it('keep the last, or the first and the last utterances', async () => {
    expect(await sent(lastUtterances(2))).toEqual([null, null, null, null, null, 'You are six', 'I am seven']);
    expect(await sent(firstAndLast(1, 2))).toEqual(['I am one', null, null, null, null, 'You are six', 'I am seven']);
    expect(await sent(firstAndLast(9, 9))).toEqual(SEVEN.map(({ text }) => text));
    expect((await sent(lastUtterances(0))).at(-1)).toBe('I am seven');
  });

  it('compress all but the newest', async () => {
    expect(await sent(everyUtterance(formOf(NO_STOPWORDS)))).toEqual([
      'one',
      'two',
      'three',
      'four',
      'five',
      'six',
      'I am seven',
    ]);
  });
});

describe('cost', () => {
  it('counts what was written, what is sent and what is left out', async () => {
    const { compacted, cost } = await compactWithCost(lastUtterances(2), SEVEN, words);
    expect(cost).toMatchObject({ tokensBefore: 21, tokensAfter: 6, leftOut: 5 });
    expect(compacted.sent).toEqual([...new Array<null>(5).fill(null), 'You are six', 'I am seven']);
  });
});

describe('a budget', () => {
  const method = (tokens: number, representations: Representation[] = [RAW, NO_STOPWORDS]): HistoryMethod =>
    underBudget({ tokens, countTokens: words, forms: representations.map(formOf) });

  it('gives recent utterances more words than old ones, and leaves out the oldest', async () => {
    // 3 for the newest, then one word for each of the six, then 2 more words for each, from the newest back.
    expect(await sent(method(9))).toEqual(['one', 'two', 'three', 'four', 'five', 'six', 'I am seven']);
    expect(await sent(method(13))).toEqual(['one', 'two', 'three', 'four', 'I am five', 'You are six', 'I am seven']);
    expect(await sent(method(5))).toEqual([null, null, null, null, 'five', 'six', 'I am seven']);
    expect(await sent(method(100))).toEqual(SEVEN.map(({ text }) => text));
    expect(await sent(method(1))).toEqual([null, null, null, null, null, null, 'I am seven']);
  });

  it('is never exceeded by more than the newest utterance, and a larger one never holds fewer', async () => {
    const text = fc
      .array(fc.constantFrom('I', 'am', 'the', 'sad', 'dog', 'not'), { minLength: 1, maxLength: 8 })
      .map((each) => each.join(' '));
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 12 }), fc.nat(60), async (texts, tokens) => {
        const utterances = said(...texts);
        const { cost } = await compactWithCost(method(tokens), utterances, words);
        expect(cost.tokensAfter).toBeLessThanOrEqual(Math.max(tokens, words(texts.slice(-1))[0] ?? 0));
        const { cost: larger } = await compactWithCost(method(tokens + 5), utterances, words);
        expect(larger.leftOut).toBeLessThanOrEqual(cost.leftOut);
      }),
    );
  });
});

describe('a rolling summary', () => {
  it('is made from the previous one and the next block, and only once', async () => {
    const generate = vi.fn(async (prompt: string) => `notes ${/Notes so far: (.*)/.exec(prompt)?.[1] ?? ''}+`);
    const method = rollingSummary({ generate }, { keep: 2, block: 2 });
    expect(await method.compact(SEVEN)).toEqual({
      sent: [null, null, null, null, 'I am five', 'You are six', 'I am seven'],
      summary: 'notes notes (none)++',
      summarised: 4,
    });
    expect(generate.mock.calls.map(([prompt]) => prompt.includes('I am three'))).toEqual([false, true]);
    expect(await method.compact([...SEVEN, ...said('more')])).toMatchObject({ summary: 'notes notes notes (none)+++' });
    expect(generate).toHaveBeenCalledTimes(3);
  });

  it('is not needed by a short conversation', async () => {
    const generate = vi.fn(async () => 'never');
    expect(await rollingSummary({ generate }).compact(SEVEN.slice(0, 3))).toEqual({
      sent: ['I am one', 'You are two', 'I am three'],
    });
    expect(generate).not.toHaveBeenCalled();
  });
});

describe('Selective Context', () => {
  /** Tokens are words with their leading space, as in byte-level vocabularies; the longer, the more surprising. */
  const score = async (text: string) =>
    [...text.matchAll(/\s*\S+/g)].map(([token], i) => ({
      text: token,
      logprob: i === 0 ? null : -token.trim().length,
    }));

  it('adds up the surprise of tokens by word', async () => {
    const informed = await informationOf(said('It was terrible', 'Oh no'), { score });
    expect(informed.map((spans) => spans.map(({ information }) => information))).toEqual([
      [Infinity, 3, 8],
      [2, 2],
    ]);
  });

  it('drops the share of words that carry least information, and none of the newest utterance', async () => {
    const utterances = said('It was terrible today', 'Oh no why', 'Because of him');
    expect(await sent(selectiveContext({ score }, 0.5), utterances)).toEqual([
      'It was terrible today',
      'why',
      'Because of him',
    ]);
    expect(await sent(selectiveContext({ score }, 0), utterances)).toEqual(utterances.map(({ text }) => text));
  });

  it('survives tokens that are not text', async () => {
    const odd = async () => [
      { text: '<s>', logprob: null },
      { text: '\ufffd', logprob: -1 },
      { text: '\ufffd', logprob: -1 },
      { text: ' ok', logprob: -2 },
    ];
    expect(await sent(selectiveContext({ score: odd }, 0.1), said('😀 ok', 'so'))).toHaveLength(2);
  });
});

describe('methods within a number of tokens', () => {
  const LONG = said(...Array.from({ length: 20 }, (_, i) => `We spoke about matter number ${i} then`));
  const sizeOf = async (method: HistoryMethod, utterances = LONG): Promise<number> =>
    (await compactWithCost(method, utterances, words)).cost.tokensAfter;

  it('keep the first utterances if the budget holds them', async () => {
    const method = (tokens: number) => underBudget({ tokens, countTokens: words, forms: [RAW].map(formOf), first: 1 });
    expect(await sent(method(9))).toEqual(['I am one', null, null, null, null, 'You are six', 'I am seven']);
    expect(await sent(method(5))).toEqual([null, null, null, null, null, null, 'I am seven']);
  });

  it('summarise as few blocks as necessary, and none of what fits', async () => {
    const generate = vi.fn(async () => 'They spoke.');
    const method = (tokens: number) =>
      rollingSummary({ generate }, { block: 4, maxNewTokens: 10, budget: { tokens, countTokens: words } });
    expect(await method(140).compact(LONG)).toEqual({ sent: LONG.map(({ text }) => text) });
    expect(generate).not.toHaveBeenCalled();
    const { sent: kept, summary, summarised } = await method(100).compact(LONG);
    expect([kept.filter((text) => text !== null).length, summary, summarised]).toEqual([12, 'They spoke.', 8]);
    // The incomplete block does not fit either: its oldest utterances are left out.
    expect((await method(24).compact(LONG)).sent.filter((text) => text !== null)).toHaveLength(2);
    for (const tokens of [30, 60, 100]) expect(await sizeOf(method(tokens))).toBeLessThanOrEqual(tokens);
  });

  it('drop only as many words as necessary, then the oldest utterances', async () => {
    const score = async (text: string) =>
      [...text.matchAll(/\s*\S+/g)].map(([token], i) => ({ text: token, logprob: i === 0 ? null : -token.length }));
    const method = (tokens: number) => selectiveContext({ score }, 0.5, { tokens, countTokens: words });
    expect(await sent(method(140), LONG)).toEqual(LONG.map(({ text }) => text));
    const some = await method(120).compact(LONG);
    expect(some.sent.includes(null)).toBe(false);
    expect(some.spans?.[0]?.some(({ keep }) => !keep)).toBe(true);
    expect((await method(40).compact(LONG)).sent.filter((text) => text === null).length).toBeGreaterThan(5);
    for (const tokens of [10, 40, 120]) expect(await sizeOf(method(tokens))).toBeLessThanOrEqual(tokens);
  });
});

describe('recall', () => {
  const TOPICS = ['dog', 'exam', 'sister'];
  /** One dimension per topic, and one for everything else. */
  const embedder: Embedder = {
    embed: async (texts) =>
      texts.map((text) => {
        const topics = TOPICS.map((topic) => (text.includes(topic) ? 1 : 0));
        const vector = [...topics, topics.includes(1) ? 0 : 1];
        const length = Math.hypot(...vector);
        return Float32Array.from(vector, (value) => value / length);
      }),
  };
  const utterances = said(
    'My dog is called Rex',
    'A fine name it is',
    'The exam is next week',
    'That is rather soon then',
    'It rained all day today',
    'Did you go out anyway',
    'Is my dog happy now',
  );
  const method = (tokens: number, share = 0.5) =>
    withRecall({ tokens, share, form: formOf(RAW), countTokens: words, embedder });

  it('quotes what is close to the newest among what is left out', async () => {
    const { sent: kept, recalled } = await method(20).compact(utterances);
    expect(recalled).toEqual([0]);
    expect(kept[0]).toBeNull();
    expect(kept.at(-1)).toBe('Is my dog happy now');
    const quote = quoteOf({ speaker: 'seeker', text: 'My dog is called Rex' });
    expect(quote).toBe('Earlier I said: “My dog is called Rex”');
    expect((await compactWithCost(method(20), utterances, words)).cost.tokensAfter).toBeLessThanOrEqual(20);
  });

  it('quotes nothing that fits, is unrelated, says nothing or is too long', async () => {
    expect((await method(100).compact(utterances)).recalled ?? []).toEqual([]);
    const search = { tokens: 100, countTokens: words, embedder };
    const earlier = utterances.slice(0, 4);
    expect(await findEarlier({ ...search, query: 'My sister will be there', earlier })).toEqual([]);
    expect(await findEarlier({ ...search, query: 'My dog', earlier })).toEqual([]);
    expect(await findEarlier({ ...search, query: 'What about my dog', earlier: said('dog', 'the dog') })).toEqual([]);
    expect(await findEarlier({ ...search, query: 'What about my dog', earlier, tokens: 5 })).toEqual([]);
    expect(await findEarlier({ ...search, query: 'What about the exam', earlier })).toEqual([2]);
  });
});
