import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KeyedUtterance } from '../../core/conversation/danger.ts';
import { wordTokenizer } from '../../core/context/testing/word-tokenizer.ts';
import type { ModelTokenizer } from '../../core/context/tokenizer.ts';
import {
  type CompressedRequest,
  type CompressedView,
  createCompression,
  openOverflow,
  viewCompressed,
} from '../../lab/index.ts';
import { ContextState } from './context.svelte.ts';
import { SettingsState, type Settings } from './settings.svelte.ts';
import { deferred, memoryTexts, settled, type Deferred } from './testing/fakes.ts';

type Dependencies = ConstructorParameters<typeof ContextState>[0];

const { compress } = createCompression();
const said = (...texts: string[]): KeyedUtterance[] =>
  texts.map((text, i) => ({ key: `m${i}`, speaker: i % 2 ? 'supporter' : 'seeker', text, whole: false }));

function setUp({
  begun = said('I am so tired of the exam', 'Since when?'),
  ...rest
}: { begun?: KeyedUtterance[] } & Partial<Dependencies> = {}) {
  const settings = new SettingsState(memoryTexts());
  settings.set({ systemPrompt: '', maxNewTokens: 10 });
  const asked: string[] = [];
  const chat = {
    draft: '',
    said: begun,
    saidWith: (draft: string | null): KeyedUtterance[] => [
      ...begun,
      ...(draft === null ? [] : [{ key: 'draft', speaker: 'seeker', text: draft, whole: false } as const]),
    ],
    systemPrompt: 'Listen well.',
    entries: begun as never,
  };
  const context = new ContextState({
    chat,
    models: { loaded: null, chosen: { id: 'm', name: 'M', summary: '', bytes: 0 } },
    settings,
    view: (request, tokenizer, signal) => {
      asked.push(request.options.representation);
      return viewCompressed(request, tokenizer, signal, compress);
    },
    tokenizerOf: () => Promise.resolve(wordTokenizer()),
    overflow: (choice) => openOverflow({ ...choice, compress }),
    ...rest,
  });
  return { context, settings, chat, asked };
}

/** Long enough for compression, which loads its code once. */
const seen = (context: ContextState): Promise<void> =>
  vi.waitFor(() => expect(context.rows.length).toBeGreaterThan(0), 30_000);

describe('the context', () => {
  it('shows what the model would receive, message by message, and what other compressions would cost', async () => {
    const { context } = setUp();
    context.refresh();
    await seen(context);
    expect(context.rows.map(({ key, role, sent, absent, draft }) => [key, role, sent, absent, draft])).toEqual([
      ['system', 'system', 'Listen well.', null, false],
      ['m0', 'user', 'I am so tired of the exam', null, false],
      ['m1', 'assistant', 'Since when?', null, false],
    ]);
    expect(context).toMatchObject({ estimated: false, edge: null, utterances: 2, error: null });
    expect(context.total).toBeGreaterThan(0);
    expect(context.meter).toHaveLength(3);
  });

  it('shows what a compression drops, and why a message is sent as written', async () => {
    const { context, settings } = setUp({
      begun: [
        ...said('I am so tired of the exam'),
        { key: 'd', speaker: 'seeker', text: 'I want to die', whole: true },
      ],
    });
    settings.set({ representation: 'nostopwords' });
    context.refresh();
    await seen(context);
    const sent = new Map(context.rows.map((row) => [row.key, row.sent]));
    expect(sent.get('d')).toBe('I want to die');
    expect(sent.get('m0')?.length).toBeLessThan('I am so tired of the exam'.length);
    expect([...context.asWritten.keys()]).toEqual(['d']);
  });

  it('counts no reply that was stopped before its first token', async () => {
    const { context } = setUp({ begun: said('I am so tired of the exam', '', 'Are you there?') });
    context.refresh();
    await seen(context);
    expect(context.utterances).toBe(2);
    expect(context.rows.map(({ key }) => key)).toEqual(['system', 'm0', 'm2']);
    expect(context.meter.map(({ fits }) => fits)).toEqual([2, 2, 2]);
  });

  it('is estimated without a tokenizer, and says how many messages no longer fit', async () => {
    const long = 'word '.repeat(120);
    const { context, settings } = setUp({
      begun: said(long, long, 'And now?'),
      tokenizerOf: () => Promise.resolve(null),
    });
    settings.set({ budget: 256 });
    context.refresh();
    await seen(context);
    expect(context.estimated).toBe(true);
    expect(context.edge?.counts.left).toBeGreaterThan(0);
    expect(context.window.budget).toBe(256);
    expect(context.modelWindow).toBeGreaterThan(256);
  });

  it('says that the newest message is too long for the window', async () => {
    const { context, settings } = setUp({ begun: said('word '.repeat(600)) });
    settings.set({ budget: 256 });
    context.refresh();
    await seen(context);
    expect(context.error?.code).toBe('bad-config');
    expect([context.total, context.fates.size]).toEqual([null, 1]);
  });

  it('belongs to the newest request, whichever is answered first', async () => {
    const answers: Deferred<ModelTokenizer | null>[] = [];
    const { context, chat } = setUp({
      tokenizerOf: () => {
        const answer = deferred<ModelTokenizer | null>();
        answers.push(answer);
        return answer.promise;
      },
    });
    context.refresh();
    chat.systemPrompt = 'Be brief.';
    context.refresh();
    answers[1]?.resolve(null);
    await seen(context);
    answers[0]?.resolve(null);
    await settled();
    expect(context.rows[0]?.sent).toBe('Be brief.');
  });

  it('shows a failure, but not that of an outdated request', async () => {
    const views: Deferred<CompressedView>[] = [];
    const { context } = setUp({
      view: () => {
        const view = deferred<CompressedView>();
        views.push(view);
        return view.promise;
      },
      begun: [],
    });
    context.refresh();
    await settled();
    const [first] = views;
    context.refresh();
    await settled();
    first?.reject(new Error('old'));
    await settled();
    expect(context.error).toBeNull();
    views.at(-1)?.reject(new Error('new'));
    await settled();
    expect(context.error?.message).toContain('The context could not be compressed (new).');
  });

  it('does not load a tagger before the first message, unless its compression is chosen', async () => {
    const { context, settings, asked } = setUp({ begun: [] });
    context.refresh();
    await settled();
    expect(asked).not.toContain('keypos');
    settings.set({ representation: 'keypos' });
    context.refresh();
    await settled();
    expect(asked).toContain('keypos');
  });
});

describe('the context, once it is started', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('follows the settings, and what is typed once the person pauses', async () => {
    const requests: string[] = [];
    const { context, settings, chat } = setUp({
      view: (request) => {
        requests.push(request.utterances.map(({ text }) => text).join('|'));
        return new Promise(() => undefined);
      },
      begun: said('Hello'),
      tokenizerOf: () => Promise.resolve(null),
    });
    chat.draft = 'I am';
    const stop = context.start();
    await vi.advanceTimersByTimeAsync(100);
    expect(new Set(requests)).toEqual(new Set(['Hello']));
    await vi.advanceTimersByTimeAsync(100);
    expect(requests.at(-1)).toBe('Hello|I am');
    const before = requests.length;
    settings.set({ maxNewTokens: 20 });
    await vi.advanceTimersByTimeAsync(0);
    expect(requests.length).toBeGreaterThan(before);
    stop();
    settings.set({ maxNewTokens: 30 });
    const after = requests.length;
    await vi.advanceTimersByTimeAsync(1000);
    expect(requests).toHaveLength(after);
  });

  it.each<Partial<Settings>>([
    { tagger: 'compromise' },
    { keptTags: ['VERB'] },
    { keepNegations: true },
    { newestWhole: false },
    { overflow: 'drop' },
  ])('is computed again after a change of %o, and not of what it does not depend on', async (change) => {
    const requests: CompressedRequest[] = [];
    const { context, settings } = setUp({
      view: (request) => (requests.push(request), new Promise(() => undefined)),
      tokenizerOf: () => Promise.resolve(null),
    });
    const stop = context.start();
    await vi.advanceTimersByTimeAsync(0);
    const before = requests.length;
    settings.set({ seed: 3, showDropped: false });
    await vi.advanceTimersByTimeAsync(0);
    expect(requests).toHaveLength(before);
    settings.set(change);
    await vi.advanceTimersByTimeAsync(0);
    expect(requests.length).toBeGreaterThan(before);
    stop();
  });
});
