import { expect, it } from 'vitest';
import { byteTokenizerFiles } from '../../core/engine/testing/byte-tokenizer.ts';
import { createChatTokenizer } from '../../core/tokenizer/chat-tokenizer.ts';
import type { Decoder } from './kv-decoder.ts';
import type { WantedLogits } from './logits-reader.ts';
import { OrtModel } from './ort-model.ts';

const VOCABULARY = 300;
const { tokenizer, config } = byteTokenizerFiles();

/** A model that says "a" until it may not, and the lengths of its steps. `step` may wait, or throw. */
function model(step: (length: number) => Promise<void> = () => Promise.resolve(), contextWindow = 512) {
  const steps: [number, WantedLogits][] = [];
  const data = new Float32Array(VOCABULARY).fill(-1);
  data[97] = 5;
  let kept = 0;
  const decoder: Decoder = {
    keepsLogits: true,
    async step({ length }, logits) {
      if (kept + length > contextWindow) throw new Error('There is no room.');
      kept += length;
      steps.push([length, logits]);
      await step(length);
      return { data: data.slice(), rows: 1, vocabulary: VOCABULARY };
    },
    async keepPrefix() {
      return (kept = 0);
    },
    clear: () => void (kept = 0),
  };
  const made = new OrtModel({
    info: { modelId: 'm', device: 'webgpu', contextWindow },
    tokenizer: createChatTokenizer(tokenizer, config, 'tiny'),
    decoder,
    eosIds: new Set(),
    health: () => undefined,
    release: () => Promise.resolve(),
  });
  const reply = async () => {
    const decoding = { temperature: 0, topK: 0, topP: 1, maxNewTokens: 2, seed: 1 };
    let text = '';
    for await (const event of made.stream([{ role: 'user', content: 'Hi' }], decoding))
      if (event.type === 'text') text += event.text;
    return text;
  };
  return { made, steps, reply };
}

const lengths = (steps: [number, WantedLogits][]): number[] => steps.map(([length]) => length);

it('runs a token with a choice, and steps of the lengths that prompts have, from no cached position on', async () => {
  const { made, steps, reply } = model();
  await made.warmUp();
  expect(steps).toEqual([
    [1, { top: 2 }],
    [2, 'none'],
    [16, 'none'],
    [128, 'none'],
  ]);
  expect(await reply()).toBe('aa');
});

it('runs no more positions than the model has', async () => {
  const { made, steps } = model(undefined, 40);
  await made.warmUp();
  expect(lengths(steps)).toEqual([1, 2, 16, 40]);
});

it('ends after the step that runs when a reply is asked for', async () => {
  let asked: Promise<string> | undefined;
  const { made, steps, reply } = model(async (length) => {
    if (length === 2) asked ??= reply();
  });
  await made.warmUp();
  expect(await asked).toBe('aa');
  const prompt = steps[2]?.[0];
  expect(prompt).toBeGreaterThan(2);
  expect(lengths(steps)).toEqual([1, 2, prompt, 1]);
});

it('ends when the model is unloaded', async () => {
  const { made, steps } = model();
  const warming = made.warmUp();
  await made.unload();
  await warming;
  expect(steps.length).toBeLessThan(4);
});

it('leaves it to the reply to report a fault', async () => {
  const { made, steps, reply } = model(() => Promise.reject(new Error('The device was lost.')));
  await made.warmUp();
  expect(steps).toHaveLength(1);
  await expect(reply()).rejects.toThrow(/device was lost/);
});
