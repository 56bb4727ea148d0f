import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabError } from '../error.ts';
import { assembleContext, SUMMARY_HEAD, viewContext, type ContextRequest } from './assemble.ts';
import type { ContextUtterance } from './sent.ts';
import { contents, request, UTTERANCES } from './testing/request.ts';
import { wordTokenizer, type Manner } from './testing/word-tokenizer.ts';

describe('assembleContext', () => {
  it('joins utterances, counts what the template renders, and names the source of each message', async () => {
    const context = await assembleContext(request(), wordTokenizer());
    expect(contents(context)).toEqual(['Be kind', 'I am so very sad today', 'What has happened', 'My dog has died']);
    expect(context).toMatchObject({
      sources: [[], [0], [1], [2, 3]],
      fit: { from: 0, kept: 4, leftOut: 0, unopened: 0, tokens: 3 + (2 + 3) + (6 + 3) + (3 + 3) + (4 + 3) },
      base: 3 + (2 + 3),
      whole: 30,
      exact: true,
    });
    expect(context.utterances.map(({ tokens, absent }) => [tokens, absent])).toEqual([
      [6, null],
      [3, null],
      [2, null],
      [2, null],
    ]);
  });

  it('leaves out whole utterances, the oldest first, and never the newest', async () => {
    const twoWords = await assembleContext(request({ budget: 19, reserve: 4 }), wordTokenizer());
    expect(contents(twoWords)).toEqual(['Be kind', 'My dog has died']);
    expect(twoWords.fit).toEqual({ from: 2, kept: 2, leftOut: 2, unopened: 0, tokens: 15 });
    expect(twoWords.utterances.map(({ absent }) => absent)).toEqual(['window', 'window', null, null]);
    // The unit is an utterance, not a message that joins several.
    const one = await assembleContext(request({ budget: 18, reserve: 4 }), wordTokenizer());
    expect([contents(one), one.sources, one.fit.tokens]).toEqual([['Be kind', 'has died'], [[], [3]], 13]);
    await expect(assembleContext(request({ budget: 16, reserve: 4 }), wordTokenizer())).rejects.toMatchObject({
      code: 'bad-config',
      detail: { what: expect.stringMatching(/need 17 tokens, and 16 fit/) as string },
    });
  });

  it('shows what does not fit along with the error', async () => {
    const view = await viewContext(request({ budget: 16, reserve: 4 }), wordTokenizer());
    expect(view.fit).toBeInstanceOf(LabError);
    expect(view).toMatchObject({ messages: [], sources: [], base: 8, whole: 30 });
    expect(view.utterances.map(({ absent }) => absent)).toEqual(['window', 'window', 'window', 'window']);
  });

  it('sends the texts of the condition, with its summary at the end of the system message', async () => {
    const sent = [null, null, 'dog', 'has died'];
    const context = await assembleContext(request({ sent, summary: 'They are sad.' }), wordTokenizer());
    expect(contents(context)).toEqual([`Be kind\n\n${SUMMARY_HEAD} They are sad.`, 'dog has died']);
    expect(context.sources).toEqual([[], [2, 3]]);
    expect(context.fit).toMatchObject({ from: 2, kept: 2, leftOut: 0 });
    expect(context.utterances.map(({ absent }) => absent)).toEqual(['condition', 'condition', null, null]);
    const alone = await assembleContext(request({ system: ' ', sent, summary: 'They are sad.' }), null);
    expect(contents(alone)).toEqual([`${SUMMARY_HEAD} They are sad.`, 'dog has died']);
    const apart = await assembleContext(request({ system: '', sent: ['Hi', null, 'My dog', ''] }), null);
    expect([contents(apart), apart.sources]).toEqual([['Hi My dog has died'], [[0, 2, 3]]]);
  });

  it.each([
    ['compressed', ''],
    ['never-empty', 'No'],
    ['as-written', 'No'],
  ] as const)('applies the rule %s where nothing is left of the newest utterance', async (newest, last) => {
    const utterances: ContextUtterance[] = [
      { speaker: 'seeker', text: 'No' },
      { speaker: 'supporter', text: 'Are you safe?' },
      { speaker: 'seeker', text: ' No ' },
    ];
    const context = await assembleContext(request({ utterances, sent: ['', 'safe?', '.'], newest }), wordTokenizer());
    expect(contents(context).slice(1)).toEqual(['', 'safe?', last || '.']);
    expect(context.utterances[2]?.asWritten).toBe(newest === 'never-empty' ? 'empty' : null);
  });

  it('keeps what is left of the newest utterance unless it is wanted as written', async () => {
    const sent = ['sad today', 'What happened', 'dog', 'died'];
    const newest = async (rule: ContextRequest['newest']) =>
      contents(await assembleContext(request({ sent, newest: rule }), null)).at(-1);
    expect([await newest(undefined), await newest('as-written')]).toEqual(['dog died', 'dog has died']);
    const closed = request({ utterances: UTTERANCES.slice(0, 2), sent: ['sad', 'happened'], newest: 'as-written' });
    expect(contents(await assembleContext(closed, null))).toEqual(['Be kind', 'I am so very sad today', 'happened']);
  });

  it('never changes an utterance marked whole', async () => {
    const [first, ...rest] = UTTERANCES;
    const utterances = [{ speaker: 'seeker' as const, text: first?.text ?? '', whole: true }, ...rest];
    const context = await assembleContext(request({ utterances, sent: ['sad', 'What', 'dog', 'died'] }), null);
    expect(contents(context).slice(1)).toEqual(['I am so very sad today', 'What', 'dog died']);
    expect(context.utterances.map(({ asWritten }) => asWritten)).toEqual(['danger', null, null, null]);
  });

  it('holds the window where a template costs more than its probe shows', async () => {
    const costly = wordTokenizer({ costly: { word: 'sad', words: 20 } });
    const context = await assembleContext(request({ budget: 40, reserve: 0 }), costly);
    expect(context.fit).toMatchObject({ from: 1, leftOut: 1 });
    const alone = request({ utterances: UTTERANCES.slice(0, 1), budget: 30 });
    await expect(assembleContext(alone, costly)).rejects.toMatchObject({ code: 'bad-config' });
  });

  it('leaves out an opening that the template does not accept, and says so', async () => {
    const utterances: ContextUtterance[] = [
      { speaker: 'supporter', text: 'Welcome' },
      ...UTTERANCES.slice(0, 2),
      { speaker: 'seeker', text: 'Yes' },
    ];
    const strict = wordTokenizer({ strict: true });
    const context = await assembleContext(request({ utterances }), strict);
    expect(contents(context)).toEqual(['Be kind', 'I am so very sad today', 'What has happened', 'Yes']);
    expect(context.fit).toMatchObject({ from: 1, kept: 3, leftOut: 0, unopened: 1 });
    expect(context.utterances.map(({ absent }) => absent)).toEqual(['opening', null, null, null]);
    // In a small window the supporter's next utterance would open the conversation.
    const small = await assembleContext(request({ utterances, budget: 18 }), strict);
    expect(contents(small)).toEqual(['Be kind', 'Yes']);
    expect(small.utterances.map(({ absent }) => absent)).toEqual(['opening', 'window', 'window', null]);
    expect(contents(await assembleContext(request({ utterances, budget: 18 }), wordTokenizer()))).toEqual([
      'Be kind',
      'What has happened',
      'Yes',
    ]);
    const silent = request({ utterances: utterances.slice(0, 1) });
    await expect(assembleContext(silent, strict)).rejects.toMatchObject({ code: 'bad-config' });
    expect(contents(await assembleContext(silent, wordTokenizer()))).toEqual(['Be kind', 'Welcome']);
  });

  it('estimates without a tokenizer and where the template refuses the messages, and says so', async () => {
    const estimated = await assembleContext(request(), null);
    expect([estimated.exact, estimated.fit.kept]).toEqual([false, 4]);
    expect(estimated.fit.tokens).toBeGreaterThan(30);
    const open = request({ utterances: UTTERANCES.slice(0, 2) });
    const refused = await assembleContext(open, wordTokenizer({ needsUser: true }));
    expect([refused.exact, refused.fit.tokens]).toEqual([false, 8 + (6 + 3) + (3 + 3)]);
  });

  it('accepts a conversation without utterances', async () => {
    const nothing = request({ utterances: [], budget: 8 });
    expect(await assembleContext(nothing, wordTokenizer())).toMatchObject({ fit: { kept: 0, tokens: 8 }, whole: 8 });
    await expect(assembleContext({ ...nothing, budget: 7 }, wordTokenizer())).rejects.toMatchObject({
      code: 'bad-config',
    });
    expect((await assembleContext({ ...nothing, system: '' }, wordTokenizer())).messages).toEqual([]);
  });

  it('makes few calls to a remote tokenizer', async () => {
    const utterances = Array.from({ length: 100 }, () => UTTERANCES.slice(0, 2)).flat();
    const whole = wordTokenizer();
    await assembleContext(request({ utterances }), whole);
    // Three calls find the template's traits.
    expect(whole.asked).toEqual({ renders: 3 + 1, counts: 3 });
    const cut = wordTokenizer();
    const { fit } = await assembleContext(request({ utterances, budget: 500 }), cut);
    expect(fit.leftOut).toBeGreaterThan(100);
    expect(cut.asked).toEqual({ renders: 3 + 1 + 2, counts: 4 });
  });

  it('stops on request, and passes on what the tokenizer throws', async () => {
    await expect(assembleContext(request(), null, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
    const broken = {
      ...wordTokenizer(),
      renderPrompt: () => Promise.reject(new LabError({ code: 'worker-lost', what: '' })),
    };
    await expect(assembleContext(request(), broken)).rejects.toMatchObject({ code: 'worker-lost' });
  });
});

describe('the window', () => {
  const words = fc.array(fc.constantFrom('I', 'am', 'sad', 'x', ''), { maxLength: 12 }).map((list) => list.join(' '));
  const utterance = fc.record({ speaker: fc.constantFrom('seeker' as const, 'supporter' as const), text: words });
  const manner: fc.Arbitrary<Manner> = fc.record(
    { strict: fc.boolean(), costly: fc.record({ word: fc.constant('sad'), words: fc.nat(40) }) },
    { requiredKeys: ['strict'] },
  );
  const asked = fc.record({
    system: fc.constantFrom('', 'Be kind'),
    utterances: fc.array(utterance, { maxLength: 16 }),
    budget: fc.nat(160),
    reserve: fc.nat(40),
  });

  it('is never exceeded, could not hold one utterance more, and always holds the newest whole', async () => {
    await fc.assert(
      fc.asyncProperty(asked, manner, async (given, how) => {
        const tokenizer = wordTokenizer(how);
        const count = async (utterances: ContextUtterance[]): Promise<number> => {
          const { messages } = await assembleContext({ ...given, utterances, budget: null, reserve: 0 }, tokenizer);
          const [tokens = 0] = await tokenizer.countTokens([await tokenizer.renderPrompt(messages)]);
          return tokens;
        };
        const room = given.budget - given.reserve;
        const present = given.utterances.filter(({ text }) => text.trim() !== '');
        const mayOpen = ({ speaker }: ContextUtterance): boolean => !how.strict || speaker === 'seeker';
        const view = await viewContext(given, tokenizer);
        if (view.fit instanceof LabError) {
          expect(view.fit.code).toBe('bad-config');
          const newest = present.slice(present.findLastIndex(mayOpen));
          if (present.length > 0 && present.some(mayOpen)) expect(await count(newest)).toBeGreaterThan(room);
          return;
        }
        const { from, kept, leftOut, unopened, tokens } = view.fit;
        expect(kept + leftOut + unopened).toBe(present.length);
        expect(tokens).toBeLessThanOrEqual(room);
        if (present.length === 0) return;
        const [rendered] = await tokenizer.countTokens([await tokenizer.renderPrompt(view.messages)]);
        expect(tokens).toBe(rendered);
        expect(view.sources.flat()).toEqual(view.utterances.flatMap(({ absent }, i) => (absent === null ? [i] : [])));
        expect(view.sources.at(-1)?.at(-1)).toBe(given.utterances.findLastIndex(({ text }) => text.trim() !== ''));
        expect(view.messages.at(-1)?.content.endsWith(present.at(-1)?.text.trim() ?? '')).toBe(true);
        if (leftOut === 0) return;
        const before = given.utterances.findLastIndex(
          (each, i) => i < from && each.text.trim() !== '' && mayOpen(each),
        );
        expect(await count(given.utterances.slice(before))).toBeGreaterThan(room);
      }),
      { numRuns: 300 },
    );
  });
});
