import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scoreOf } from '../../src/core/assist/ranker.ts';
import weights from '../../src/core/assist/ranker.json' with { type: 'json' };
import { featureCount } from '../../src/core/assist/reply-features.ts';
import { seededRandom } from '../../src/core/random/xoshiro128.ts';
import { rankerTurns, samplingContexts } from './contexts.ts';
import { rankedReplies, type SampledReply } from './examples.ts';
import { choosePenalty, fitLogistic, type Labelled } from './logistic.ts';
import { GENERIC, mangled } from './mangle.ts';
import { separations } from './measure.ts';

describe('mangled', () => {
  it('puts a word in place of another of its kind, and keeps capitals', () => {
    const reply = 'She called you on Monday, before your brother came.';
    const wrong = mangled(reply, seededRandom(4)) ?? '';
    const [before, after] = [reply, wrong].map((text) => text.split(' '));
    expect(after).toHaveLength(before?.length ?? 0);
    const changed = after?.filter((word, i) => word !== before?.[i]) ?? [];
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.length).toBeLessThan(5);
    expect(wrong).toMatch(/^[A-Z]/);
    expect(mangled(reply, seededRandom(4))).toBe(wrong);
  });

  it('leaves alone what has no such word', () => {
    expect(mangled('Thank goodness.', seededRandom(1))).toBeNull();
  });
});

describe('rankedReplies', () => {
  it('have one good reply per turn and bad ones of each kind, the same in every call', async () => {
    const turns = (await rankerTurns('test')).slice(0, 40);
    const sampled: SampledReply[] = turns.map(({ dialogue, turn }) => ({
      part: 'test',
      dialogue,
      turn,
      model: 'solace',
      text: 'That is so.',
    }));
    const replies = rankedReplies(turns, sampled, 'test');
    const of = (kind: string) => replies.filter((reply) => reply.kind === kind);
    expect(of('corpus').map(({ text }) => text)).toEqual(turns.map(({ reference }) => reference));
    expect(of('solace')).toHaveLength(40);
    for (const { turn, text } of of('other')) expect(text).not.toBe(turn.reference);
    for (const { text } of of('generic')) expect(GENERIC).toContain(text);
    for (const { turn, text } of of('repeated')) expect(turn.before.some((each) => each.text === text)).toBe(true);
    expect(of('mangled').length).toBeGreaterThan(20);
    expect(rankedReplies(turns, sampled, 'test')).toEqual(replies);
  });

  it('never train on the test part', async () => {
    const contexts = await samplingContexts();
    const test = new Set((await rankerTurns('test')).map(({ dialogue }) => dialogue));
    expect(contexts.filter(({ part, dialogue }) => (part === 'test') !== test.has(dialogue))).toEqual([]);
  });
});

describe('fitLogistic', () => {
  const random = seededRandom(9);
  const examples = Array.from({ length: 200 }, (_, i): Labelled => {
    const good = i % 2 === 0;
    return {
      features: Float32Array.of(random() + (good ? 0.6 : 0), 100 * random(), 3),
      good,
      weight: 1,
      group: `${i}`,
    };
  });

  it('learns what separates the two, whatever the units, and gives the same weights each time', () => {
    const fitted = fitLogistic(examples, { penalty: 1 });
    const right = examples.filter(({ features, good }) => scoreOf(fitted, features) > 0 === good);
    expect(right.length).toBeGreaterThan(140);
    expect(fitted.weights[0]).toBeGreaterThan(1);
    expect(Math.abs(fitted.weights[1] ?? 9)).toBeLessThan(0.02);
    expect(fitLogistic(examples, { penalty: 1 })).toEqual(fitted);
  });

  it('shrinks the weights under a penalty, and tries several', () => {
    const [weak, strong] = [1, 10_000].map((penalty) => fitLogistic(examples, { penalty }));
    expect(Math.abs(strong?.weights[0] ?? 9)).toBeLessThan(Math.abs(weak?.weights[0] ?? 0) / 2);
    const lines: string[] = [];
    expect([30, 300, 3000]).toContain(choosePenalty(examples, (line) => lines.push(line)));
    expect(lines).toHaveLength(3);
  });
});

it('separations compare good and bad replies over all and within a conversation', async () => {
  const turns = (await rankerTurns('test')).slice(0, 10);
  const replies = rankedReplies(turns, [], 'test');
  const perfect = separations(
    replies,
    replies.map(({ kind }) => (kind === 'corpus' ? 1 : 0)),
  );
  expect(perfect[0]).toMatch(
    /^all bad replies: \d+ replies, AUC 1\.000 \[1\.000, 1\.000\], in the same conversation 1\.000/,
  );
  const none = separations(
    replies,
    replies.map(() => 0),
  );
  expect(none.every((line) => /AUC 0\.500|: 0 replies/.test(line))).toBe(true);
});

it('The committed weights are those of the committed replies', () => {
  const text = readFileSync(new URL('replies.jsonl', import.meta.url));
  expect(createHash('sha256').update(text).digest('hex')).toBe(weights.replies);
  expect(weights.weights).toHaveLength(featureCount(384));
});
