import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHATML_TEMPLATE } from '../src/core/context/chatml.ts';
import { rememberingTokenizer } from '../src/core/context/tokenizer.ts';
import type { LoadedModel, StreamEvent } from '../src/core/engine/engine.ts';
import { modelTokenizer } from '../src/core/engine/model-tokenizer.ts';
import { parseNumbers } from '../src/core/evaluation/numbers.ts';
import { parsePlan } from '../src/core/evaluation/plan.ts';
import { recordKey } from '../src/core/evaluation/record.ts';
import { runPlan } from '../src/core/evaluation/runner.ts';
import { exploredNumbers } from '../src/core/explorer/explored-record.ts';
import { dialogueNamed } from '../src/core/explorer/labels.ts';
import { sampleTurns } from '../src/core/evaluation/turns.ts';
import { createChatTokenizer } from '../src/core/tokenizer/chat-tokenizer.ts';
import { compress } from '../src/lab/compression.ts';
import { rebuildContext } from '../src/lab/runs/turn-context.ts';
import { EMBEDDED_FOLDER } from '../src/node/model-choice.ts';
import { readPlanDataset } from '../src/node/run-dependencies.ts';
import { describeExtra } from './harness/shared.ts';

const RESULTS = join(import.meta.dirname, '../public/results');
const json = async (path: string): Promise<object> => JSON.parse(await readFile(path, 'utf8')) as object;

/** The published models' tokenizer and template, on a model that only reports the length of its prompt. */
async function silentModel(): Promise<LoadedModel> {
  const [tokenizerJson, config] = await Promise.all(
    ['tokenizer.json', 'tokenizer_config.json'].map((name) => json(join(EMBEDDED_FOLDER, name))),
  );
  const own = { ...config, chat_template: CHATML_TEMPLATE };
  const tokenizer = rememberingTokenizer(modelTokenizer(createChatTokenizer(tokenizerJson, own, 'SmolLM2')));
  return {
    info: {
      modelId: 'tuned',
      engine: 'transformers',
      device: 'cpu',
      features: { seed: true, topK: true, resumes: true },
      contextWindow: 8192,
    },
    tokenizer,
    async *stream(messages): AsyncGenerator<StreamEvent> {
      const [promptTokens = 0] = await tokenizer.countTokens([await tokenizer.renderPrompt(messages)], 'prompt');
      yield { type: 'done', reason: 'stop', stats: { promptTokens, newTokens: 0, firstTokenMs: 0, decodeMs: 0 } };
    },
    unload: () => Promise.resolve(),
  };
}

/** Rebuilds the contexts of a published run and compares them with its numbers. */
async function expectSameContexts(name: string): Promise<void> {
  const file = join(RESULTS, `${name}.numbers.jsonl`);
  const published = new Map(
    parseNumbers(await readFile(file, 'utf8'), file).map((numbers) => [recordKey(numbers), numbers]),
  );
  const whole = parsePlan(await json(join(RESULTS, `plans/${name}.json`)));
  const plan = { ...whole, models: whole.models.filter(({ id }) => id === 'tuned') };
  const model = await silentModel();
  let compared = 0;
  for await (const event of runPlan({
    plan,
    turns: sampleTurns(await readPlanDataset(plan), plan),
    done: new Set(),
    openModel: () => Promise.resolve(model),
    compress: async (texts, representation) =>
      (await compress(texts, { representation, tagger: plan.tagger })).map(({ text }) => text),
    openHistory: () => {
      throw new Error('published plans have no histories');
    },
    measure: () => Promise.resolve({}),
  })) {
    if (event.type !== 'record') continue;
    const { promptTokens, leftOut } = event.record;
    const before = published.get(recordKey(event.record));
    expect({ promptTokens, leftOut }).toEqual({ promptTokens: before?.promptTokens, leftOut: before?.leftOut });
    compared++;
  }
  expect(compared).toBe(published.size / whole.models.length);
}

describe('the contexts of published runs', () => {
  it('have the same lengths as published: the built-in dialogues', () => expectSameContexts('built-in'));

  it('are rebuilt by the run explorer from the plan and the numbers alone', async () => {
    const file = join(RESULTS, 'built-in.numbers.jsonl');
    const records = parseNumbers(await readFile(file, 'utf8'), file).map(exploredNumbers);
    const plan = parsePlan(await json(join(RESULTS, 'plans/built-in.json')));
    const [dialogues, { tokenizer = null }] = await Promise.all([readPlanDataset(plan), silentModel()]);
    const sampled = records.filter((_, i) => i % 17 === 0);
    for (const record of sampled) {
      const dialogue = dialogueNamed(dialogues, record.dialogue);
      const context = await rebuildContext(plan, record, { dialogue, tokenizer, compress });
      expect(context).toMatchObject({ state: 'rebuilt', agrees: true });
    }
    expect(new Set(sampled.map(({ representation }) => representation)).size).toBe(3);
  });
});

describeExtra(['data/esconv/esconv_test.jsonl.gz'], 'the contexts of published runs', () => {
  it('have the same lengths as published: ESConv', () => expectSameContexts('esconv-test'));
});
