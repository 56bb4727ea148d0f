import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportOnnx } from '../../core/formats/export/export.ts';
import { forward } from '../../core/formats/reference/forward.ts';
import type { Decoding, ReplyRequest, StreamEvent } from '../../core/engine/engine.ts';
import { nodeFiles } from '../../node/node-files.ts';
import { logProbability } from '../../core/engine/sampling.ts';
import {
  expectedValues,
  knownValues,
  largestDifference,
  measure,
  SELF_TEST_TEXT,
} from '../../core/engine/self-test.ts';
import { tinyCheckpoint } from '../../core/engine/testing/tiny-model.ts';
import { loadChatTokenizer } from '../../core/engine/load-tokenizer.ts';
import type { Decoder } from './kv-decoder.ts';
import { OrtModel } from './ort-model.ts';
import { loadTransformers } from './load.ts';
import { diskSink } from './testing/disk-sink.ts';

let folder: string;
let model: OrtModel;
const load = async () => loadTransformers(await nodeFiles(folder), 'tiny', { device: 'cpu' });
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'solace-tiny-'));
  await exportOnnx(tinyCheckpoint(), diskSink(folder), {
    dtype: 'fp32',
    name: 'tiny',
    source: 'test',
    licence: 'none',
  });
  model = await load();
});
afterAll(async () => {
  await model.unload();
  await rm(folder, { recursive: true });
});

const decoding: Decoding = { temperature: 1, topK: 50, topP: 0.95, maxNewTokens: 40, seed: 11 };
async function reply(from: OrtModel, content: string, settings: Partial<ReplyRequest> = {}, signal?: AbortSignal) {
  const events: StreamEvent[] = [];
  for await (const event of from.stream([{ role: 'user', content }], { ...decoding, ...settings }, signal))
    events.push(event);
  const text = events.map((event) => (event.type === 'text' ? event.text : '')).join('');
  const done = events.find((event) => event.type === 'done');
  return { events, text, done };
}

describe('OrtModel', () => {
  it('scores text like the reference implementation of the model, over several chunks', async () => {
    const text = `<s>user\n${'It rains. '.repeat(20)}</s>`;
    const scores = await model.scorer.score(text);
    const ids = scores.map(({ id }) => id);
    const rows = await forward(tinyCheckpoint(), ids);
    expect(ids.length).toBeGreaterThan(130);
    expect(scores[0]?.logprob).toBeNull();
    for (let i = 1; i < ids.length; i++) {
      expect(scores[i]?.logprob).toBeCloseTo(logProbability(rows[i - 1] as Float32Array, ids[i] as number), 3);
    }
    expect(scores.map((score) => score.text).join('')).toBe(text);
  });

  it('reports the likeliest tokens of each position as the reference ranks them, if asked', async () => {
    const text = '<s>user\nIt rains.</s>';
    const scores = await model.scorer.score(text, undefined, 3, 5);
    const rows = await forward(
      tinyCheckpoint(),
      scores.map(({ id }) => id),
    );
    expect(scores[2]?.top).toBeUndefined();
    for (const [i, { top }] of scores.entries()) {
      if (i < 3) continue;
      const row = rows[i - 1] as Float32Array;
      const best = [...row.keys()].sort((a, b) => (row[b] as number) - (row[a] as number)).slice(0, 5);
      expect(top?.map(({ id }) => id)).toEqual(best);
      for (const { id, logprob, text: piece } of top ?? []) {
        expect(logprob).toBeCloseTo(logProbability(row, id), 3);
        expect(piece).toBeTypeOf('string');
      }
    }
    expect((await model.scorer.score(text)).some(({ top }) => top)).toBe(false);
  });

  it('passes the self-test: a single step and several tokens give the values of a plain forward pass', async () => {
    const ids = (await model.scorer.score(SELF_TEST_TEXT)).map(({ id }) => id);
    const known = knownValues(SELF_TEST_TEXT, ids, await forward(tinyCheckpoint(), ids));
    const measured = await measure(model.scorer, SELF_TEST_TEXT, ids.length);
    expect(measured.ids).toEqual(known.ids);
    expect(measured.values).toHaveLength(ids.length - 1);
    expect(largestDifference(measured.values, expectedValues(known, measured, ids.length))).toBeLessThan(1e-3);
  });

  it('computes the last score of the self-test in a step of a single token, and all others in one', async () => {
    const steps: [tokens: number, logits: unknown][] = [];
    let kept = 0;
    const decoder: Decoder = {
      keepsLogits: true,
      step: (ids, logits) => {
        steps.push([ids.length, logits]);
        kept += ids.length;
        const vocabulary = 300;
        const data = Float32Array.from({ length: ids.length * vocabulary }, (_, i) => i % 7);
        return Promise.resolve({ data, rows: ids.length, vocabulary });
      },
      keepPrefix: () => Promise.resolve(kept),
      clear: () => void (kept = 0),
    };
    const counted = new OrtModel({
      info: { modelId: 'counted', device: 'wasm', contextWindow: 512 },
      tokenizer: await loadChatTokenizer(await nodeFiles(folder)),
      decoder,
      eosIds: new Set(),
      health: () => undefined,
      release: () => Promise.resolve(),
    });
    const scores = (await counted.scorer.scoreInTwoSteps?.('It rains.')) ?? [];
    expect(steps).toEqual([
      [scores.length - 2, 'all'],
      [1, 'all'],
    ]);
    expect(scores.filter(({ logprob }) => logprob === null)).toHaveLength(1);
  });

  it('scores only the end of a text, reusing the cache of its beginning', async () => {
    const text = `<s>user\n${'It snows. '.repeat(20)}</s>`;
    const whole = await model.scorer.score(text);
    await reply(model, 'It snows. '.repeat(20), { maxNewTokens: 3 });
    for (const from of [1, 2, 90, whole.length - 1]) {
      const end = await model.scorer.score(text, undefined, from);
      expect(end.findIndex(({ logprob }) => logprob !== null)).toBe(from);
      end.slice(from).forEach(({ logprob }, i) => expect(logprob).toBeCloseTo(whole[from + i]?.logprob ?? NaN, 4));
    }
  });

  it('decodes greedily what the reference finds most likely', async () => {
    const prompt = await model.tokenizer.renderPrompt([{ role: 'user', content: 'Hi' }]);
    const { text } = await reply(model, 'Hi', { temperature: 0, maxNewTokens: 6 });
    const ids = (await model.scorer.score(prompt)).map(({ id }) => id);
    const out: number[] = [];
    for (let i = 0; i < 6; i++) {
      const row = (await forward(tinyCheckpoint(), [...ids, ...out])).at(-1) ?? new Float32Array();
      const best = row.indexOf(Math.max(...row));
      if (best === 257) break;
      out.push(best);
    }
    const bytes = Uint8Array.from(out.filter((id) => id < 256));
    expect(text.replaceAll('\ufffd', '')).toBe(new TextDecoder().decode(bytes).replaceAll('\ufffd', ''));
  });

  it('resumes a reply after its beginning, which it reads as part of the prompt', async () => {
    const beginning = 'I see</s>';
    const messages = [{ role: 'user' as const, content: 'Hi' }];
    const prompt = (await model.scorer.score(await model.tokenizer.renderPrompt(messages))).map(({ id }) => id);
    const begun = [...prompt, ...new TextEncoder().encode(beginning)];
    const { text, done } = await reply(model, 'Hi', { temperature: 0, maxNewTokens: 1, beginning });
    const row = (await forward(tinyCheckpoint(), begun)).at(-1) ?? new Float32Array();
    const best = row.indexOf(Math.max(...row));
    expect(text).toBe(new TextDecoder().decode(Uint8Array.of(best)));
    expect(done).toMatchObject({ reason: 'length', stats: { promptTokens: begun.length, newTokens: 1 } });
    await expect(reply(model, 'Hi', { beginning: 'x'.repeat(500) })).rejects.toMatchObject({ code: 'bad-data' });
  });

  it('repeats a reply for a seed, with a warm and a cold cache', async () => {
    const first = await reply(model, 'What shall I do tonight?');
    const again = await reply(model, 'What shall I do tonight?');
    await reply(model, 'Something else entirely.');
    const later = await reply(model, 'What shall I do tonight?');
    const other = await load();
    const cold = await reply(other, 'What shall I do tonight?');
    await other.unload();
    expect(again.text).toBe(first.text);
    expect(later.text).toBe(first.text);
    expect(cold.text).toBe(first.text);
    expect((await reply(model, 'What shall I do tonight?', { seed: 12 })).text).not.toBe(first.text);
  });

  it('yields whole characters and correct statistics', async () => {
    const { events, text, done } = await reply(model, 'Tell me 🫂 more', { maxNewTokens: 30 });
    expect(events[0]).toMatchObject({ type: 'prompt' });
    expect(() => encodeURIComponent(text)).not.toThrow();
    if (done?.type !== 'done') throw new Error('no end');
    expect(done.stats.newTokens).toBeLessThanOrEqual(30);
    expect(done.stats.firstTokenMs).toBeGreaterThan(0);
  });

  it('stops on request, before and during the reply', async () => {
    const controller = new AbortController();
    const events: StreamEvent[] = [];
    for await (const event of model.stream(
      [{ role: 'user', content: 'Go on' }],
      { ...decoding, maxNewTokens: 300 },
      controller.signal,
    )) {
      events.push(event);
      if (event.type === 'text') controller.abort();
    }
    expect(events.at(-1)).toMatchObject({ type: 'done', reason: 'cancelled' });
    const early = await reply(model, 'x'.repeat(300), {}, AbortSignal.abort());
    expect(early.done).toMatchObject({ reason: 'cancelled', stats: { newTokens: 0 } });
    await expect(model.scorer.score('abc', AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('lets a second reply wait for the first', async () => {
    const [a, b] = await Promise.all([reply(model, 'One'), reply(model, 'One')]);
    expect(a.text).toBe(b.text);
  });

  it('refuses what does not fit the window and stops at its end', async () => {
    await expect(reply(model, 'x'.repeat(600))).rejects.toMatchObject({ code: 'bad-data' });
    await expect(model.scorer.score('x'.repeat(513))).rejects.toMatchObject({ code: 'bad-data' });
    const { done } = await reply(model, 'x'.repeat(480), { maxNewTokens: 100 });
    if (done?.type !== 'done') throw new Error('no end');
    expect((done.stats.promptTokens ?? 0) + done.stats.newTokens).toBeLessThanOrEqual(512);
  });

  it('can be loaded and unloaded repeatedly', async () => {
    for (let i = 0; i < 10; i++) {
      const next = await load();
      expect(await next.tokenizer.countTokens(['<s>é'], 'prompt')).toEqual([3]);
      expect(await next.tokenizer.countTokens(['<s>é'])).toEqual([5]);
      await reply(next, 'Hi', { maxNewTokens: 2 });
      await next.unload();
      await next.unload();
      await expect(reply(next, 'Hi')).rejects.toMatchObject({ code: 'unsupported' });
    }
  });

  it('names the missing file', async () => {
    const files = await nodeFiles(folder);
    const without = (name: string) => ({ ...files, list: files.list.filter(({ path }) => !path.startsWith(name)) });
    await expect(loadTransformers(without('tokenizer.json'), 'tiny', { device: 'cpu' })).rejects.toMatchObject({
      code: 'missing-file',
      message: expect.stringContaining('tokenizer.json'),
    });
    await expect(loadTransformers(without('onnx/'), 'tiny', { device: 'cpu' })).rejects.toMatchObject({
      code: 'missing-file',
      message: expect.stringContaining('onnx/model'),
    });
    await expect(nodeFiles(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'missing-file' });
  });
});
