import { expect, it } from 'vitest';
import type { EncodedText } from '../engine/encoder.ts';
import { rankerContext, replyFeatures, featureCount, NUMBER_FEATURES } from './reply-features.ts';
import { replyRanker } from './ranker.ts';

const DIMENSION = 4;

/** Each word is a token with a vector of its own letters; [CLS] and [SEP] around them. */
function encoded(text: string): EncodedText {
  const words = ['[', ...text.toLowerCase().split(/\W+/).filter(Boolean), ']'];
  const rows = words.map((word) => Array.from({ length: DIMENSION }, (_, i) => (word.charCodeAt(i) || 1) % 7));
  return { ids: words.map((_, i) => i), embeddings: Float32Array.from(rows.flat()) };
}
const encoder = { encode: (texts: readonly string[]) => Promise.resolve(texts.map(encoded)) };

const said = [
  { speaker: 'seeker' as const, text: 'Ruth took the 9 cats' },
  { speaker: 'supporter' as const, text: 'Ruth took them. How are you?' },
  { speaker: 'seeker' as const, text: 'I miss Ruth and every one of the cats she took' },
];

function features(reply: string): Record<string, number> {
  const context = rankerContext(said);
  const parts = { query: encoded(context.query), recent: encoded(context.recent), reply: encoded(reply) };
  const values = replyFeatures(context, reply, parts);
  expect(values).toHaveLength(featureCount(DIMENSION));
  return Object.fromEntries(NUMBER_FEATURES.map((name, i) => [name, values[i] ?? NaN]));
}

it('counts what a reply takes up, invents and repeats', () => {
  const good = features('You miss Ruth, and the cats.');
  const invented = features('You miss Peter, and the 7 dogs. I like dogs');
  const repeated = features('Ruth took them. How are you?');
  expect(good['names and numbers that nobody wrote before']).toBe(0);
  expect(invented['names and numbers that nobody wrote before']).toBeCloseTo(2 / 3, 5);
  expect(good['share of its words that were written before']).toBe(1);
  expect(invented['share of its words that were written before']).toBeLessThan(0.5);
  expect(repeated['share of its triples of words that the supporter has used']).toBe(1);
  expect(good['share of its triples of words that the supporter has used']).toBe(0);
  expect(repeated['questions']).toBe(1);
  expect(invented['ends with a mark']).toBe(0);
  expect(invented['words that say I']).toBeGreaterThan(0);
});

it('matches tokens of a reply with those of the newest message', () => {
  const name = 'how well each token of the reply matches one of the newest message';
  expect(features('cats')[name]).toBeCloseTo(1, 5);
  expect(features('zebra')[name]).toBeLessThan(1);
});

it('scores replies by its weights, and puts blank ones last', async () => {
  const weights = Array.from({ length: featureCount(DIMENSION) }, () => 0);
  weights[NUMBER_FEATURES.indexOf('questions')] = 2;
  const score = replyRanker(encoder, { replies: '', bias: -1, weights }, said);
  const [question, none, blank] = await score(['Why?', 'Well.', ' ']);
  expect([question, none]).toEqual([1, -1]);
  expect(blank).toBeLessThan(-100);
});

it('refuses an encoder of another size', async () => {
  const score = replyRanker(encoder, { replies: '', bias: 0, weights: [1, 2] }, said);
  await expect(score(['Yes.'])).rejects.toThrow(/24 features.*trained on 2/);
});
