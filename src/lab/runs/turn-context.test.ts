import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../core/context/message.ts';
import { runPlan } from '../../core/evaluation/runner.ts';
import { fakeModel } from '../../core/evaluation/testing/fake-model.ts';
import { repliesBefore } from '../../core/evaluation/roll-out.ts';
import { sampleTurns } from '../../core/evaluation/turns.ts';
import { parsePlan } from '../../core/evaluation/plan.ts';
import type { ResultRecord } from '../../core/evaluation/record.ts';
import { explored } from '../../core/explorer/explored-record.ts';
import type { ModelRecord } from '../../core/engine/record.ts';
import { EMBEDDED_ADAPTERS, EMBEDDED_MODEL } from '../../core/engine/embedded.ts';
import { CHATML_TEMPLATE } from '../../core/context/chatml.ts';
import { compress } from '../compression.ts';
import { historyOfRun } from '../history.ts';
import { recordFor } from './plan-tokenizer.ts';
import { rebuildContext, type ContextSources } from './turn-context.ts';

const DIALOGUE = {
  id: 'dialogue 1',
  utterances: Array.from({ length: 12 }, (_, i) => ({
    speaker: i % 2 === 0 ? ('seeker' as const) : ('supporter' as const),
    text: `This is what I said to the other person at ${i} o'clock.`,
  })),
};
const PLAN = parsePlan({
  format: 'solace-lab-plan',
  version: 1,
  name: 'test',
  dataset: { name: 'Made up', source: 'made-up' },
  models: [{ kind: 'lab', id: 'm', name: 'M' }],
  system: 'Be kind.',
  decoding: { maxNewTokens: 20 },
  histories: [
    { method: 'last', k: 3 },
    { method: 'summary', keep: 2, block: 2 },
  ],
});

/** A run whose model records what it was sent; its window of 400 characters is too small for the whole dialogue. */
async function run(plan = PLAN): Promise<{ record: ResultRecord; heard: ChatMessage[] }[]> {
  const heard: ChatMessage[][] = [];
  // It reports the length of the prompt, as engines do.
  const model = fakeModel();
  const render = (messages: ChatMessage[]) => model.tokenizer?.renderPrompt(messages) ?? Promise.resolve('');
  const records: { record: ResultRecord; heard: ChatMessage[] }[] = [];
  for await (const event of runPlan({
    plan,
    turns: sampleTurns([DIALOGUE], plan),
    done: new Set(),
    openModel: () =>
      Promise.resolve({
        ...model,
        async *stream(messages, decoding) {
          heard.push(messages);
          for await (const each of model.stream(messages, decoding)) yield each;
        },
      }),
    compress: async (texts, representation) => (await compress(texts, { representation })).map(({ text }) => text),
    openHistory: (spec, by) => historyOfRun(spec, by, { tagger: PLAN.tagger }),
    measure: () => Promise.resolve({}),
  })) {
    if (event.type !== 'record') continue;
    const sent = heard.at(-1) ?? [];
    const [promptTokens = 0] = (await model.tokenizer?.countTokens([await render(sent)])) ?? [];
    records.push({ record: { ...event.record, promptTokens }, heard: sent });
  }
  return records;
}

const sources: ContextSources = {
  dialogue: DIALOGUE,
  tokenizer: fakeModel().tokenizer ?? null,
  compress,
};

describe('rebuildContext', () => {
  it('gives the messages that the model received, under each condition, also where the window was full', async () => {
    const records = await run();
    let full = 0;
    for (const { record, heard } of records) {
      if (record.representation.startsWith('summary')) continue;
      const context = await rebuildContext(PLAN, explored(record), sources);
      if (context.state !== 'rebuilt') throw new Error(context.why);
      expect(context.view.messages).toEqual(heard);
      expect(context).toMatchObject({ agrees: true, words: expect.stringContaining('as many as the run') as string });
      expect(context.view.compressed).toHaveLength(context.utterances.length);
      if (record.leftOut > 0) full++;
    }
    expect(full).toBeGreaterThan(0);
    expect(full).toBeLessThan(records.length);
  });

  it("contains the model's own earlier replies in a roll-out, and cannot be shown without them", async () => {
    const plan: typeof PLAN = {
      ...PLAN,
      mode: 'roll-out',
      histories: [],
      metrics: { ...PLAN.metrics, perplexity: false },
    };
    const records = await run(plan);
    expect(records).toHaveLength(18);
    for (const { record, heard } of records) {
      const earlier = repliesBefore(
        records.map((each) => each.record),
        record,
      );
      const context = await rebuildContext(plan, explored(record), { ...sources, earlier });
      if (context.state !== 'rebuilt') throw new Error(context.why);
      expect(context.view.messages).toEqual(heard);
      expect(context.utterances.filter(({ speaker }) => speaker === 'supporter').map(({ text }) => text)).toEqual([
        ...earlier.values(),
      ]);
      if (record.turn > 1)
        expect(await rebuildContext(plan, explored(record), sources)).toMatchObject({
          why: expect.stringContaining('earlier replies') as string,
        });
    }
  });

  it('shows the same texts without a tokenizer if nothing was left out, and otherwise does not guess', async () => {
    const records = await run();
    const without = { ...sources, tokenizer: null };
    const whole = records.find(({ record }) => record.leftOut === 0 && record.turn > 1);
    const cut = records.find(({ record }) => record.leftOut > 0);
    if (!whole || !cut) throw new Error('The run has no such records.');
    expect(await rebuildContext(PLAN, explored(whole.record), without)).toMatchObject({
      agrees: null,
      view: { messages: whole.heard },
    });
    expect(await rebuildContext(PLAN, explored(cut.record), without)).toMatchObject({
      state: 'missing',
      why: expect.stringContaining('did not fit') as string,
    });
  });

  it('says why a context cannot be rebuilt, or that it is not the one of the run', async () => {
    const [first] = await run();
    if (!first) throw new Error('The run has no records.');
    const record = explored(first.record);
    const why = async (changes: Partial<typeof record>, parts: Partial<ContextSources> = {}) =>
      rebuildContext(PLAN, { ...record, ...changes }, { ...sources, ...parts });
    expect(await why({}, { dialogue: undefined })).toMatchObject({
      why: expect.stringContaining('“Made up”') as string,
    });
    expect(await why({ reference: 'Another.' })).toMatchObject({
      why: expect.stringContaining('not the one') as string,
    });
    expect(await why({ failed: true })).toMatchObject({ why: expect.stringContaining('failed') as string });
    expect(await why({ representation: 'none' })).toMatchObject({ state: 'missing' });
    const summary = (await run()).find((each) => each.record.representation.startsWith('summary'));
    expect(await why({ representation: summary?.record.representation ?? '' })).toMatchObject({
      why: expect.stringContaining('The model itself wrote') as string,
    });
    expect(await why({ promptTokens: 3 })).toMatchObject({
      state: 'rebuilt',
      agrees: false,
      words: expect.stringContaining('may differ') as string,
    });
    expect(await why({ leftOut: 2, promptTokens: 3 })).toMatchObject({
      why: expect.stringContaining('not here') as string,
    });
  });
});

describe('recordFor', () => {
  const [adapter] = EMBEDDED_ADAPTERS;
  const known: ModelRecord[] = [EMBEDDED_MODEL, ...EMBEDDED_ADAPTERS];
  const folder = (path: string, template: 'own' | 'chatml' = 'own') =>
    recordFor({ kind: 'folder', id: 'x', name: 'X', folder: path, template }, known);

  it('finds the model of a plan by its id, or by the folder that the command line was given', () => {
    expect(recordFor({ kind: 'lab', id: EMBEDDED_MODEL.id, name: '' }, known)).toBe(EMBEDDED_MODEL);
    expect(recordFor({ kind: 'lab', id: 'other', name: '' }, known)).toBeUndefined();
    expect(folder(`public/models/${EMBEDDED_MODEL.id}/`)).toBe(EMBEDDED_MODEL);
    expect(folder(adapter?.id.split('+')[1] ?? '')).toBe(adapter);
    expect(folder('.cache/other')).toBeUndefined();
    expect(
      recordFor({ kind: 'endpoint', id: EMBEDDED_MODEL.id, name: '', baseUrl: 'http://x', model: 'm' }, known),
    ).toBeUndefined();
  });

  it('takes plain ChatML where the plan asks for it', () => {
    expect(folder(EMBEDDED_MODEL.id, 'chatml')).toMatchObject({ template: CHATML_TEMPLATE, base: EMBEDDED_MODEL });
  });
});
