import { expect, it } from 'vitest';
import { DEFAULT_OVERFLOW } from '../../core/compression/history/overflow.ts';
import type { LoadedInfo } from '../../core/engine/engine.ts';
import { planSchema } from '../../core/evaluation/plan.ts';
import { fakeModel } from '../../core/evaluation/testing/fake-model.ts';
import { type ReplyStep, resumeReply, writeReply } from '../../lab/index.ts';
import { NextReply } from './next-reply.ts';
import { SettingsState } from './settings.svelte.ts';
import { memoryTexts } from './testing/fakes.ts';

const INFO: LoadedInfo = fakeModel().info;

function setUp() {
  const settings = new SettingsState(memoryTexts());
  settings.set({ seed: 7, seedLocked: true, maxNewTokens: 60, keptTags: ['NOUN'] });
  const limits: (number | null)[] = [];
  const reply = new NextReply({
    settings,
    tokenizer: () => Promise.resolve(null),
    assist: () => Promise.reject(new Error('not needed')),
    write: (model, task, tools, signal) => (limits.push(tools.limit), writeReply(model, task, tools, signal)),
    resume: (model, task, tools, signal) => (limits.push(tools.limit), resumeReply(model, task, tools, signal)),
  });
  return { settings, reply, limits };
}

it('uses the settings at the time of the request', () => {
  const { settings, reply } = setUp();
  const raw = reply.origin(INFO);
  expect(raw).toMatchObject({ modelId: 'fake', engine: 'transformers', representation: 'raw', decoding: { seed: 7 } });
  expect(raw).not.toHaveProperty('keep');
  settings.set({ representation: 'keypos', temperature: 0 });
  expect(reply.origin(INFO)).toMatchObject({
    representation: 'keypos',
    tagger: 'wink',
    keep: ['NOUN'],
    decoding: { temperature: 0, maxNewTokens: 60 },
  });
});

it('stays within the window set in the settings', async () => {
  const { settings, reply, limits } = setUp();
  settings.set({ budget: 300 });
  const task = {
    systemPrompt: 'Listen.',
    utterances: [{ speaker: 'seeker' as const, text: 'I am tired' }],
    origin: reply.origin(INFO),
  };
  const steps: ReplyStep[] = [];
  for await (const step of reply.write(fakeModel(), task, new AbortController().signal)) steps.push(step);
  expect(steps.at(-1)?.change).toMatchObject({ text: '7 I am tired', state: 'complete' });
  const begun = { ...task, reply: '7 I' };
  for await (const step of reply.resume(fakeModel(), begun, new AbortController().signal)) steps.push(step);
  expect(steps.at(-1)?.change).toMatchObject({ text: '7 I7 I am tired', reply: { resumedAt: [3] } });
  expect(limits).toEqual([300, 300]);
});

it('sends the newest message whole and keeps negations if asked, where runs keep the paper’s way', async () => {
  const { settings, reply } = setUp();
  settings.set({ representation: 'nostopwords' });
  expect(reply.origin(INFO)).toMatchObject({ newest: 'as-written', overflow: DEFAULT_OVERFLOW });
  expect(reply.origin(INFO)).not.toHaveProperty('negations');
  const said = async (): Promise<string | undefined> => {
    const utterances = [{ speaker: 'seeker' as const, text: 'I am not at all sure' }];
    const task = { systemPrompt: '', utterances, origin: reply.origin(INFO) };
    let text: string | undefined;
    for await (const step of reply.write(fakeModel(), task, new AbortController().signal)) text = step.change.text;
    return text;
  };
  expect(await said()).toBe('7 I am not at all sure');
  settings.set({ newestWhole: false });
  expect(await said()).toBe('7 sure');
  settings.set({ keepNegations: true });
  expect(await said()).toBe('7 not sure');
  // Plans of runs do not send it whole unless they say so.
  expect(planSchema.shape.newest.parse(undefined)).toBe('never-empty');
});

it('assists the chat as the settings say, and never a comparison', () => {
  const { settings, reply } = setUp();
  expect(reply.origin(INFO)).not.toHaveProperty('assist');
  settings.set({ bestOf: 4, exchanges: 2 });
  expect(reply.origin(INFO).assist).toEqual({ exchanges: 2, bestOf: 4 });
  expect(reply.plainOrigins(INFO)('raw')).not.toHaveProperty('assist');
});

it('compares each compression as the settings say, whichever the chat uses, with one seed', () => {
  const { settings, reply } = setUp();
  settings.set({ representation: 'raw', tagger: 'compromise', keepNegations: true, seedLocked: false });
  const originUnder = reply.plainOrigins(INFO);
  // What is changed meanwhile concerns the next comparison.
  const { seed } = settings.current;
  settings.set({ tagger: 'wink', keptTags: ['VERB'], seed: seed + 1 });
  expect(originUnder('keypos')).toMatchObject({
    representation: 'keypos',
    tagger: 'compromise',
    keep: ['NOUN'],
    negations: true,
    decoding: { seed },
  });
  expect(originUnder('nostopwords')).toMatchObject({ negations: true, decoding: { seed } });
  for (const plain of ['raw', 'nostopwords'] as const) expect(originUnder(plain)).not.toHaveProperty('keep');
  expect(originUnder('raw')).not.toHaveProperty('negations');
});
