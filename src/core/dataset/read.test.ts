import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dialogue } from './dialogue.ts';
import { toJsonLines } from './formats/lab.ts';
import { readDataset } from './read.ts';
import { ESCONV, file, lines, readText } from './testing/read-text.ts';

describe('any file', () => {
  it('may be gzipped, in UTF-16, or begin with a byte order mark', async () => {
    const text = lines(ESCONV);
    const utf16 = new Uint8Array([0xff, 0xfe, ...Buffer.from(text, 'utf16le')]);
    for (const bytes of [new Uint8Array(gzipSync(text)), utf16, new Uint8Array(Buffer.from(`\ufeff${text}`))]) {
      expect((await readDataset([file(bytes)])).dialogues).toHaveLength(1);
    }
  });

  it.each([
    ['a broken archive', new Uint8Array(gzipSync('{}'.repeat(99))).slice(0, 20), 'bad-file'],
    ['an image', new Uint8Array([137, 80, 78, 71, 0, 0, 1]), 'bad-file'],
    ['a web page', '<!doctype html><p>Not found', 'bad-data'],
    ['nothing', '', 'bad-data'],
    ['other records', '{"name": "x"}\n{"name": "y"}', 'bad-data'],
    ['labels alone', '1 2\n3', 'bad-data'],
  ])('that is %s is refused', async (_name, content, code) => {
    await expect(readDataset([file(content)])).rejects.toMatchObject({ code });
  });

  it('can be stopped', async () => {
    const stop = new AbortController();
    stop.abort();
    await expect(readDataset([file(lines(ESCONV))], { signal: stop.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('gives every dialogue an id of its own', async () => {
    const one = { id: 'x', messages: [{ role: 'user', content: 'Hi' }] };
    expect((await readText(lines(one, one, one))).dialogues.map(({ id }) => id)).toEqual(['x', 'x (2)', 'x (3)']);
  });

  it('cannot pollute prototypes', async () => {
    const { dialogues } = await readText(
      '{"messages": [{"role": "user", "content": "Hi"}], "__proto__": {"polluted": 1}}\n{"__proto__": {"polluted": ' +
        '1}, "constructor": {"prototype": {"polluted": 1}}, "messages": [{"role": "user", "content": "Hi", ' +
        '"__proto__": {"polluted": 1}}]}',
    );
    expect(dialogues).toHaveLength(2);
    const survey = (
      await readText(
        '{"survey_score": {"seeker": {"__proto__": {"polluted": 1}, "constructor": 2, "empathy": 3}, "supporter": ' +
          '{}}, "dialog": [{"text": "Hi", "speaker": "usr"}]}',
      )
    ).dialogues[0]?.survey;
    expect(survey).toEqual({ seeker: { empathy: 3 }, supporter: {} });
    expect('polluted' in {} || 'polluted' in (survey?.seeker ?? {})).toBe(false);
  });

  it('is refused with a reason if a dialogue has a million turns, half a character or an invalid number', async () => {
    const million = `{"dialog": [${'{"text":"a","speaker":"usr"},'.repeat(400_000)}{"text":"a","speaker":"usr"}]}`;
    const longer = `{"dialog": [${'{"text":"aaaaaaaa","speaker":"usr"},'.repeat(1_000_000)}]}`;
    const half = '{"problem_type": "x", "dialog": [{"text": "\\ud800", "speaker": "usr"}]}';
    const { dialogues, bad } = await readText(
      lines(
        ESCONV,
        million,
        longer,
        half,
        '{"dialog": [{"text": NaN, "speaker": "usr"}]}',
        '{"dialog": [{"text": null, "speaker": "usr"}]}',
      ),
    );
    expect(dialogues).toHaveLength(1);
    expect(bad.map(({ reason }) => reason)).toEqual([
      'dialog: It has 400001 utterances; at most 10000 are read.',
      'The record is longer than 16 million characters.',
      'Utterance 1 contains half of a surrogate pair, which is not a character.',
      expect.stringMatching(/^It is not JSON/),
      expect.stringMatching(/^dialog\[0\]\.text: .*null/),
    ]);
  });
});

describe('reading', () => {
  const chat = (id?: string) =>
    JSON.stringify({
      id,
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello' },
      ],
    });

  it('names dialogues alike whatever the name and layout of the file', async () => {
    const asLines = await readText(`${chat()}\n\n${chat()}`, 'one.jsonl');
    const asList = await readText(`[${chat()},\n${chat()}]`, 'another.json');
    expect(asLines.dialogues).toEqual(asList.dialogues);
    expect(asLines.dialogues.map(({ id }) => id)).toEqual(['dialogue 1', 'dialogue 2']);
    const located = await readDataset([file(`${chat()}\n\n${chat()}`, 'one.jsonl')], { naming: 'location' });
    expect(located.dialogues.map(({ id }) => id)).toEqual(['one.jsonl line 1', 'one.jsonl line 3']);
  });

  it('numbers repeated ids', async () => {
    const { dialogues } = await readText([chat('a'), chat('a'), chat('a (2)'), chat('a'), chat('a (2)')].join('\n'));
    expect(dialogues.map(({ id }) => id)).toEqual(['a', 'a (2)', 'a (2) (2)', 'a (3)', 'a (2) (3)']);
  });
});

const word = fc
  .string({ unit: 'grapheme', minLength: 1 })
  .map((text) => `w${text.replace(/\p{Surrogate}/gu, '')}`.trim());
const dialogue: fc.Arbitrary<Dialogue> = fc.record(
  {
    id: word,
    scene: word,
    situation: word,
    survey: fc.constant({ seeker: { empathy: 4 }, supporter: {} }),
    utterances: fc.array(
      fc.record(
        { speaker: fc.constantFrom('seeker' as const, 'supporter' as const), text: word, strategy: word },
        { requiredKeys: ['speaker', 'text'] },
      ),
      { minLength: 1, maxLength: 6 },
    ),
  },
  { requiredKeys: ['id', 'utterances'] },
);

describe('properties', () => {
  it('reads the lab’s own export back unchanged, however it is split into pieces', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(dialogue, { minLength: 1, maxLength: 5, selector: ({ id }) => id }),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        async (dialogues, size, asList) => {
          const bytes = new TextEncoder().encode(asList ? JSON.stringify(dialogues, null, 1) : toJsonLines(dialogues));
          const stream = (): ReadableStream<Uint8Array<ArrayBuffer>> =>
            new ReadableStream({
              start(out) {
                for (let at = 0; at < bytes.length; at += size) out.enqueue(bytes.slice(at, at + size));
                out.close();
              },
            });
          const result = await readDataset([{ name: 'x', size: bytes.length, stream }]);
          expect(result).toEqual({ format: 'lab', dialogues, bad: [], badCount: 0 });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('any text yields dialogues, reasons or an error with a code', async () => {
    const json = fc.json();
    const noise = fc.oneof(
      fc.string(),
      json,
      fc.array(json).map((each) => each.join('\n')),
      fc.string().map((text) => `[{"content": [{"User": "${text}"}]}, ${text}`),
      fc.string().map((text) => `conv_id,utterance_idx\n${text}`),
    );
    await fc.assert(
      fc.asyncProperty(noise, async (text) => {
        const result = await readText(text).catch((error: unknown) => error);
        if (result instanceof Error)
          expect(result).toMatchObject({ name: 'LabError', code: expect.stringMatching(/^bad-/) });
        else expect(result).toHaveProperty('dialogues');
      }),
      { numRuns: 300 },
    );
  });
});
