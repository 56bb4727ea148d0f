import { describe, expect, it } from 'vitest';
import { LabError } from '../../core/error.ts';
import { createCompression } from '../../lab/compression.ts';
import { messagesOf, seeContext, type ContextRequest, type TokenReader } from './see.ts';

const { compress } = createCompression();
/** One token a word, two around each message, one for the reply's opening. */
const reader: TokenReader = {
  countTokens: async (texts) => texts.map((text) => text.split(/\s+/).filter(Boolean).length),
  template: async (system) => ({ base: 1 + (system ? system.split(' ').length + 2 : 0), perMessage: 2 }),
};
const request = (change: Partial<ContextRequest> = {}): ContextRequest => ({
  system: 'Be kind',
  utterances: [
    { speaker: 'seeker', text: 'I am so very sad today' },
    { speaker: 'supporter', text: 'What has happened' },
    { speaker: 'seeker', text: 'My dog has died' },
  ],
  options: { representation: 'raw' },
  window: { budget: 100, reserve: 10 },
  ...change,
});

describe('what a model sees', () => {
  it('counts every part of the prompt once', async () => {
    const seen = await seeContext(request(), reader, compress);
    expect(seen.costs).toMatchObject({ base: 5, perMessage: 2 });
    expect(seen.fit).toEqual({ from: 0, kept: 3, leftOut: 0, tokens: 5 + (6 + 2) + (3 + 2) + (4 + 2) });
    expect(messagesOf(request(), seen)).toHaveLength(4);
  });

  it('leaves out the oldest utterances first, later under a shorter representation', async () => {
    const tight = { window: { budget: 26, reserve: 10 } };
    const raw = await seeContext(request(tight), reader, compress);
    expect(raw.fit).toMatchObject({ from: 1 });
    expect(messagesOf(request(tight), raw).map(({ content }) => content)).toEqual([
      'Be kind',
      'What has happened',
      'My dog has died',
    ]);
    const shorter = request({ ...tight, options: { representation: 'nostopwords' } });
    expect((await seeContext(shorter, reader, compress)).fit).toMatchObject({ from: 0 });
  });

  it('sends the compressed words', async () => {
    const options = request({ options: { representation: 'nostopwords' } });
    const [, first] = messagesOf(options, await seeContext(options, reader, compress));
    expect(first?.content).toBe('sad today');
  });

  it.each([
    ['keypos', 'no'],
    ['keypos', 'ok'],
    ['nostopwords', 'no'],
    ['nostopwords', 'It is not over...'],
  ] as const)('never sends the newest message empty: %s, %j', async (representation, text) => {
    const utterances = [
      { speaker: 'seeker' as const, text: 'no' },
      { speaker: 'supporter' as const, text: 'Are you safe?' },
      { speaker: 'seeker' as const, text },
    ];
    const asked = request({ utterances, options: { representation } });
    const seen = await seeContext(asked, reader, compress);
    expect(seen.compressed.map(({ asWritten }) => asWritten)).toEqual([undefined, undefined, 'empty']);
    expect(messagesOf(asked, seen).map(({ content }) => content)).toEqual(['Be kind', '', expect.any(String), text]);
  });

  it('estimates without a tokenizer, and says so', async () => {
    const seen = await seeContext(request(), null, compress);
    expect(seen.estimated).toBe(true);
    expect(seen.fit).toMatchObject({ kept: 3 });
  });

  it('refuses to cut the newest message', async () => {
    const seen = await seeContext(request({ window: { budget: 12, reserve: 10 } }), reader, compress);
    expect(seen.fit).toBeInstanceOf(LabError);
    expect(() => messagesOf(request(), seen)).toThrow(LabError);
  });
});
