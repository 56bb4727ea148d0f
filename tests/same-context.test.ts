import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REPRESENTATION_IDS } from '../src/core/compression/representation.ts';
import { assembleContext } from '../src/core/context/assemble.ts';
import type { ChatMessage } from '../src/core/context/message.ts';
import { rememberingTokenizer, type ModelTokenizer } from '../src/core/context/tokenizer.ts';
import { replyReserve } from '../src/core/context/window.ts';
import type { Utterance } from '../src/core/dataset/dialogue.ts';
import { PAPER_DECODING } from '../src/core/engine/engine.ts';
import { loadChatTokenizer } from '../src/core/engine/load-tokenizer.ts';
import { modelTokenizer } from '../src/core/engine/model-tokenizer.ts';
import { byteTokenizerFiles } from '../src/core/engine/testing/byte-tokenizer.ts';
import { BYTE_TEMPLATES, IM_TEMPLATES } from '../src/core/engine/testing/chat-templates.ts';
import { parsePlan } from '../src/core/evaluation/plan.ts';
import type { ResultRecord } from '../src/core/evaluation/record.ts';
import { runPlan } from '../src/core/evaluation/runner.ts';
import { chatTokenizerOf } from '../src/core/tokenizer/chat-tokenizer.ts';
import { viewCompressed } from '../src/lab/compressed-context.ts';
import { compress } from '../src/lab/compression.ts';
import { historyOfRun, historySchema, shorten } from '../src/lab/history.ts';
import type { FunctionContext } from '../src/lab/notebooks/define.ts';
import { NOTEBOOK_FUNCTIONS } from '../src/lab/notebooks/functions.ts';
import type { ReplyOrigin } from '../src/core/conversation/conversation.ts';
import { openOverflow } from '../src/lab/overflow.ts';
import { writeReply } from '../src/lab/reply.ts';
import { EMBEDDED_FOLDER } from '../src/node/model-choice.ts';
import { nodeFiles } from '../src/node/node-files.ts';
import { CompareState } from '../src/ui/state/compare.svelte.ts';
import { ContextState } from '../src/ui/state/context.svelte.ts';
import { SettingsState } from '../src/ui/state/settings.svelte.ts';
import { listener } from './harness/listening-model.ts';
import { writeTinyModel } from './harness/tiny-model.ts';

const SYSTEM = 'Be kind.';
const MAX_NEW_TOKENS = 128;
/** Opened by the supporter, with consecutive utterances of one speaker, control tokens as text, and a newest "no". */
const UTTERANCES: Utterance[] = [
  { speaker: 'supporter', text: 'Welcome, what brings you here?' },
  { speaker: 'seeker', text: 'I feel </s> low <|im_end|> today' },
  { speaker: 'seeker', text: 'and I have not slept for a week' },
  { speaker: 'supporter', text: 'That sounds very hard. What happened?' },
  { speaker: 'seeker', text: 'My dog of twelve years has died' },
  { speaker: 'supporter', text: 'I am so sorry. Do you have somebody to talk to?' },
  { speaker: 'seeker', text: 'no' },
];

/** What one surface sent, and the token count that it reports. */
interface Sent {
  messages: ChatMessage[];
  tokens: number | null | undefined;
}

const decoding = { ...PAPER_DECODING, maxNewTokens: MAX_NEW_TOKENS, seed: 1 };
/** What the chat does by default and runs, which reproduce the paper, do not. */
type Manner = Pick<ReplyOrigin, 'newest' | 'overflow'>;
const originOf = (representation: (typeof REPRESENTATION_IDS)[number], manner: Manner): ReplyOrigin => ({
  modelId: 'm',
  representation,
  decoding,
  ...manner,
});
const said = UTTERANCES.map((each, i) => ({ ...each, whole: false, key: String(i) }));

/** The context of chat and Compare. */
const tools = (tokenizer: ModelTokenizer) => ({ tokenizer: () => Promise.resolve(tokenizer), limit: null, compress });

async function byChat(tokenizer: ModelTokenizer, window: number, manner: Manner = {}): Promise<Sent[]> {
  const sent: Sent[] = [];
  for (const representation of REPRESENTATION_IDS) {
    const { model, heard } = listener(tokenizer, window);
    const task = { systemPrompt: SYSTEM, utterances: UTTERANCES, origin: originOf(representation, manner) };
    let tokens: number | null = null;
    for await (const step of writeReply(model, task, tools(tokenizer), new AbortController().signal)) {
      tokens = step.promptTokens;
      expect(step.messages).toEqual(heard[0] ?? step.messages);
    }
    sent.push({ messages: heard[0] ?? [], tokens });
  }
  return sent;
}

async function byCompare(tokenizer: ModelTokenizer, window: number, manner: Manner = {}): Promise<Sent[]> {
  const { model, heard } = listener(tokenizer, window);
  const compare = new CompareState({
    shelf: {
      listComparisons: () => Promise.resolve([]),
      saveComparison: () => Promise.resolve(),
      deleteComparison: () => Promise.resolve(),
      deleteAllComparisons: () => Promise.resolve(),
    },
    models: { phase: 'ready', use: (_, work) => work(model), where: 'cpu', chosen: { name: 'M' } as never },
    chat: { saidWith: () => said, systemPrompt: SYSTEM },
    languages: { ready: () => Promise.resolve() },
    nextOrigins: () => (representation) => originOf(representation, manner),
    readBeginning: () => Promise.resolve(),
    writeReply: (to, task, signal) => writeReply(to, task, tools(tokenizer), signal),
    toasts: { show: () => 0 },
  });
  compare.draft = 'no';
  await compare.run('conversation');
  if (compare.error) throw compare.error;
  const columns = compare.shown?.columns ?? [];
  expect(columns.map(({ messages }) => messages)).toEqual(heard);
  return columns.map(({ messages, stats }) => ({ messages, tokens: stats.promptTokens }));
}

/** The context in the panel. */
async function byPanel(tokenizer: ModelTokenizer, window: number, manner: Manner = {}): Promise<Sent[]> {
  const settings = new SettingsState({ get: () => null, set: () => undefined });
  const sent: Sent[] = [];
  for (const representation of REPRESENTATION_IDS) {
    settings.set({ representation, maxNewTokens: MAX_NEW_TOKENS, newestWhole: manner.newest === 'as-written' });
    if (manner.overflow) settings.set({ overflow: manner.overflow });
    const context = new ContextState({
      chat: { draft: '', said, saidWith: () => said, systemPrompt: SYSTEM, entries: [] },
      models: { loaded: listener(tokenizer, window).model, chosen: { id: 'm' } } as never,
      settings,
      view: viewCompressed,
      tokenizerOf: () => Promise.resolve(tokenizer),
      overflow: manner.overflow ? openOverflow : () => undefined,
    });
    context.refresh();
    await expect.poll(() => context.rows.length > 0 || context.error, { interval: 1 }).toBeTruthy();
    if (context.error) throw context.error;
    const messages = context.rows
      .filter(({ absent }) => absent === null)
      .reduce<ChatMessage[]>((list, { role, sent: content }) => {
        const last = list.at(-1);
        if (last?.role !== role) return [...list, { role, content }];
        return [...list.slice(0, -1), { role, content: [last.content, content].filter(Boolean).join(' ') }];
      }, []);
    expect(context.estimated).toBe(false);
    sent.push({ messages, tokens: context.total });
  }
  return sent;
}

async function byNotebook(tokenizer: ModelTokenizer, window: number): Promise<Sent[]> {
  const prepare = NOTEBOOK_FUNCTIONS['prepareContext'];
  const context = {
    signal: new AbortController().signal,
    services: { compress, tokenizer: () => Promise.resolve(tokenizer) },
  } as unknown as FunctionContext;
  const sent: Sent[] = [];
  for (const representation of REPRESENTATION_IDS) {
    const request = { system: SYSTEM, utterances: UTTERANCES, options: { representation }, budget: window };
    const args = prepare?.args.parse([{ ...request, reserve: replyReserve(MAX_NEW_TOKENS, window) }]) ?? [];
    const made = (await prepare?.run(args, context)) as {
      messages: ChatMessage[];
      fit: { tokens: number };
      exact: boolean;
    };
    expect(made.exact).toBe(true);
    sent.push({ messages: made.messages, tokens: made.fit.tokens });
  }
  return sent;
}

async function byRun(
  tokenizer: ModelTokenizer,
  window: number,
  { reference = 'I see.', histories }: { reference?: string; histories?: object[] } = {},
): Promise<(Sent & { record: ResultRecord })[]> {
  const { model, heard } = listener(tokenizer, window);
  const plan = parsePlan({
    format: 'solace-lab-plan',
    version: 1,
    name: 'test',
    dataset: { name: 'made up', source: 'built-in' },
    models: [{ kind: 'folder', id: 'm', name: 'M', folder: '.' }],
    system: SYSTEM,
    decoding,
    histories,
  });
  const turn = { dialogue: 'd', turn: UTTERANCES.length, before: UTTERANCES, reference, reply: true, key: 1 };
  const records: ResultRecord[] = [];
  for await (const event of runPlan({
    plan,
    turns: [turn],
    done: new Set(),
    openModel: () => Promise.resolve(model),
    compress: async (texts, representation) => (await compress(texts, { representation })).map(({ text }) => text),
    openHistory: (spec, by) => historyOfRun(spec, by, { tagger: plan.tagger }),
    measure: () => Promise.resolve({}),
  }))
    if (event.type === 'record') records.push(event.record);
  return records.map((record, i) => ({ messages: heard[i] ?? [], tokens: record.promptTokens, record }));
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'same-context-'));
  await writeTinyModel(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function byteTokenizer(template: string): Promise<ModelTokenizer> {
  const { tokenizer, config } = byteTokenizerFiles();
  const files = new Map([
    ['tokenizer.json', JSON.stringify(tokenizer)],
    ['tokenizer_config.json', JSON.stringify({ ...config, chat_template: template })],
  ]);
  return Promise.resolve(modelTokenizer(chatTokenizerOf(files, 'bytes')));
}

/** The tokenizer of the tiny model, with its own template or another one. */
async function tinyTokenizer(template?: string): Promise<ModelTokenizer> {
  if (template === undefined) return modelTokenizer(await loadChatTokenizer(await nodeFiles(folder)));
  const own = join(folder, 'tokenizer_config.json');
  const before = await readFile(own, 'utf8');
  await writeFile(own, JSON.stringify({ ...(JSON.parse(before) as object), chat_template: template }));
  const tokenizer = await loadChatTokenizer(await nodeFiles(folder));
  await writeFile(own, before);
  return modelTokenizer(tokenizer);
}

const TOKENIZERS: [name: string, open: () => Promise<ModelTokenizer>][] = [
  ...Object.entries(BYTE_TEMPLATES).map(
    ([name, template]) => [name, () => byteTokenizer(template)] as (typeof TOKENIZERS)[0],
  ),
  ...Object.entries(IM_TEMPLATES).map(
    ([name, template]) => [name, () => tinyTokenizer(template)] as (typeof TOKENIZERS)[0],
  ),
  ['that of the tiny model', () => tinyTokenizer()],
  ['that of the embedded model', async () => modelTokenizer(await loadChatTokenizer(await nodeFiles(EMBEDDED_FOLDER)))],
];

describe.each(TOKENIZERS)('the template: %s', (_, open) => {
  it('gives the same messages and tokens in chat, Compare, panel, notebooks and runs', async () => {
    const tokenizer = rememberingTokenizer(await open());
    const texts = UTTERANCES.map(({ text }) => text);
    const words = (await tokenizer.countTokens(texts)).reduce((sum, count) => sum + count, 0);
    const kept = new Set<number>();
    for (const share of [4, 1.2, 0.6]) {
      const window = MAX_NEW_TOKENS + Math.ceil(share * words) + 20;
      const chat = await byChat(tokenizer, window);
      expect(await byCompare(tokenizer, window)).toEqual(chat);
      expect(await byPanel(tokenizer, window)).toEqual(chat);
      expect(await byNotebook(tokenizer, window)).toEqual(chat);
      const runs = await byRun(tokenizer, window);
      expect(runs.map(({ messages, tokens }) => ({ messages, tokens }))).toEqual(chat);
      for (const [i, { messages, tokens }] of chat.entries()) {
        const [rendered = NaN] = await tokenizer.countTokens([await tokenizer.renderPrompt(messages)], 'prompt');
        expect(tokens).toBe(rendered);
        expect(rendered).toBeLessThanOrEqual(window - replyReserve(MAX_NEW_TOKENS, window));
        expect(messages.at(-1)?.content.split(' ').at(-1)).toBe('no');
        expect(runs[i]?.record.error).toBeUndefined();
        kept.add(messages.length);
      }
    }
    // The windows fit different amounts of the conversation.
    expect(kept.size).toBeGreaterThan(1);
  });

  it('gives the same messages in notebooks and runs for a shortened history', async () => {
    const tokenizer = await open();
    const histories = [
      { method: 'last', k: 4 },
      { method: 'every', representation: 'nostopwords' },
    ];
    const runs = (await byRun(tokenizer, 100_000, { histories })).slice(REPRESENTATION_IDS.length);
    for (const [i, history] of histories.entries()) {
      const parts = { model: () => Promise.reject(new Error('no model')), countTokens: tokenizer.countTokens };
      const { sent } = await shorten(UTTERANCES, historySchema.parse(history), parts);
      const request = { system: SYSTEM, utterances: UTTERANCES, sent, budget: null, reserve: 0 };
      const { messages, fit } = await assembleContext(request, tokenizer);
      expect(runs[i]).toMatchObject({ messages, tokens: fit.tokens });
    }
  });
});

describe('one context for all', () => {
  it.each(['drop', 'shorten', 'ends'] as const)('is shown in the panel as it is sent under %s', async (overflow) => {
    const tokenizer = await byteTokenizer(BYTE_TEMPLATES.ChatML);
    const manner = { newest: 'as-written', overflow } as const;
    const plain = await byChat(tokenizer, 330);
    const chat = await byChat(tokenizer, 330, manner);
    expect(await byCompare(tokenizer, 330, manner)).toEqual(chat);
    expect(await byPanel(tokenizer, 330, manner)).toEqual(chat);
    expect(chat.map(({ messages }) => messages)).not.toEqual(plain.map(({ messages }) => messages));
  });

  it('fails with the same error if nothing fits; a run records it with the turn', async () => {
    const tokenizer = await byteTokenizer(BYTE_TEMPLATES.ChatML);
    for (const surface of [byChat, byCompare, byPanel, byNotebook])
      await expect(surface(tokenizer, 40)).rejects.toMatchObject({ code: 'bad-config' });
    for (const { record } of await byRun(tokenizer, 40))
      expect(record).toMatchObject({ hypothesis: null, nll: null, error: expect.stringContaining('40 fit') as string });
  });

  it('does not depend on the reference', async () => {
    const tokenizer = await byteTokenizer(BYTE_TEMPLATES.ChatML);
    const short = await byRun(tokenizer, 400);
    const long = await byRun(tokenizer, 400, { reference: 'I see. '.repeat(60) });
    expect(long.map(({ messages }) => messages)).toEqual(short.map(({ messages }) => messages));
    expect(short.some(({ record }) => record.leftOut > 0)).toBe(true);
  });
});
