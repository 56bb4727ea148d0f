import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeExtra, SHARED } from '../../../tests/harness/shared.ts';
import type { Dialogue } from './dialogue.ts';
import { toJsonLines } from './formats/lab.ts';
import { readDataset } from './read.ts';

const file = (text: string | Uint8Array<ArrayBuffer>, name = 'data.jsonl'): File => new File([text], name);
const read = (text: string, name?: string) => readDataset([file(text, name)]);
const texts = (dialogue: Dialogue | undefined): string[] =>
  (dialogue?.utterances ?? []).map(({ speaker, text }) => `${speaker}: ${text}`);
const lines = (...records: unknown[]): string =>
  records.map((record) => (typeof record === 'string' ? record : JSON.stringify(record))).join('\n');

const ESCONV = {
  emotion_type: 'fear',
  problem_type: 'job crisis',
  situation: 'Short of work.',
  survey_score: { seeker: { empathy: '5', relevance: '', final_emotion_intensity: 'n/a' }, supporter: {} },
  dialog: [
    { text: 'Hello.', speaker: 'sys', strategy: 'Question' },
    { text: 'I may lose my place.', speaker: 'usr' },
  ],
};
const ORIGINAL = {
  problem_type: 'breakup',
  dialog: [
    { speaker: 'speaker', annotation: {}, content: 'Anyone there?\n' },
    { speaker: 'listener', annotation: { strategy: 'Others' }, content: 'Yes.\n' },
  ],
};

describe('ESConv', () => {
  it.each(['{}', '""', '[]', 'null', '{"seeker": {}}', '{"seeker": "", "supporter": null}', '"none"'])(
    'is read with an empty survey: %s',
    async (survey) => {
      const { dialogues, bad } = await read(
        `{"problem_type": "x", "survey_score": ${survey}, "dialog": [{"text": "Hi", "speaker": "usr"}]}`,
      );
      expect(bad).toEqual([]);
      expect(dialogues[0]?.survey).toBeUndefined();
    },
  );

  it.each(['\n', '\n  \n\t\n', ''])('has no dialogue in blank lines: %j', async (text) => {
    const found = await readDataset([file(text)], { format: 'esconv' }).then(
      ({ dialogues, bad }) => ({ dialogues, bad }),
      String,
    );
    expect(JSON.stringify(found)).not.toMatch(/labels/);
  });

  it('is read in both published shapes', async () => {
    const { format, dialogues, bad } = await read(lines(ESCONV, ORIGINAL));
    expect({ format, bad }).toEqual({ format: 'esconv', bad: [] });
    expect(dialogues[0]).toEqual({
      id: 'dialogue 1',
      scene: 'job crisis',
      emotion: 'fear',
      situation: 'Short of work.',
      survey: { seeker: { empathy: 5 }, supporter: {} },
      utterances: [
        { speaker: 'supporter', text: 'Hello.', strategy: 'Question' },
        { speaker: 'seeker', text: 'I may lose my place.' },
      ],
    });
    expect(texts(dialogues[1])).toEqual(['seeker: Anyone there?', 'supporter: Yes.']);
    expect(dialogues[1]?.utterances[1]?.strategy).toBe('Others');
  });

  it('reports each malformed record with its line and reason, and loads the others', async () => {
    const wrong = { ...ESCONV, dialog: [{ text: 'Hi', speaker: 'nobody' }] };
    const { dialogues, bad, badCount } = await read(
      lines('{"dialog": [', ESCONV, wrong, { ...ESCONV, dialog: null }, '', { ...ESCONV, dialog: [] }, '7', ESCONV),
    );
    expect(dialogues.map(({ id }) => id)).toEqual(['dialogue 2', 'dialogue 7']);
    expect(badCount).toBe(5);
    expect(bad.map(({ place, reason }) => `${place}: ${reason}`)).toEqual([
      expect.stringMatching(/^data\.jsonl line 1: It is not JSON: /),
      expect.stringMatching(/^data\.jsonl line 3: dialog\[0\]\.speaker: /),
      expect.stringMatching(/^data\.jsonl line 4: dialog: .*null/),
      'data.jsonl line 6: It has no utterance with text.',
      'data.jsonl line 7: It is not a JSON object.',
    ]);
  });
});

describe('ExTES', () => {
  const sound = {
    scene: 'Moving',
    description: 'A move.',
    content: [{ User: 'I moved.' }, { AI: 'How is it?', 'AI Strategy': 'Clarification' }],
  };

  it('is read as published, flaws included', async () => {
    const dirty = {
      content: [
        { AI: 'Begins with the supporter.', 'AI strategy': 'Others' },
        { User: 'One role', AI: 'and the other.', 'AI Strategy': 'Empathetic Statements' },
        { 'AI Strategy': 'Affirmation' },
        { User: null },
        null,
        { AI: { AI: 'In an object.', 'AI Strategy': 'Offer Hope' } },
        { AI: 'No strategy.', 'AI Strategy': null },
        { AI: 'Unknown strategy.', 'AI Strategy': 'Juggling' },
        { User: 'Ends with the user.' },
      ],
    };
    const { format, dialogues, bad } = await read(JSON.stringify([sound, dirty], null, 1), 'extes.json');
    expect({ format, bad }).toEqual({ format: 'extes', bad: [] });
    expect(dialogues[0]).toMatchObject({ id: 'dialogue 1', scene: 'Moving', situation: 'A move.' });
    expect(texts(dialogues[1])).toEqual([
      'supporter: Begins with the supporter.',
      'seeker: One role',
      'supporter: and the other.',
      'supporter: In an object.',
      'supporter: No strategy.',
      'supporter: Unknown strategy.',
      'seeker: Ends with the user.',
    ]);
    expect(dialogues[1]?.utterances.map(({ strategy }) => strategy)).toEqual([
      'Others',
      undefined,
      'Empathetic Statements',
      'Offer Hope',
      undefined,
      'Juggling',
      undefined,
    ]);
    expect(dialogues[1]?.scene).toBeUndefined();
  });

  it('loses one record of a list, not the list, to a broken one', async () => {
    const one = JSON.stringify(sound, null, 1);
    const { dialogues, bad } = await read(
      `[\n${one},\n${one.replace('"I moved."', '"I" moved')},\n{"content": NaN},\n${one}\n]`,
      'extes.json',
    );
    expect(dialogues.map(({ id }) => id)).toEqual(['dialogue 1', 'dialogue 4']);
    expect(bad.map(({ place }) => place)).toEqual(['extes.json record 2 (line 15)', 'extes.json record 3 (line 28)']);
  });

  it('says where a list is cut off', async () => {
    const { dialogues, bad } = await read(JSON.stringify([sound, sound]).slice(0, -30), 'extes.json');
    expect(dialogues).toHaveLength(1);
    expect(bad.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/does not end/),
      expect.stringMatching(/cut off/),
    ]);
  });
});

describe('DailyDialog', () => {
  it('is read from its text and label files', async () => {
    const { format, dialogues, bad } = await readDataset([
      file('1 2 \n3\n', 'dialogues_act.txt'),
      file('Hi , Ann . __eou__ Hi ! __eou__\nSo long . __eou__ Bye . __eou__\n', 'dialogues_text.txt'),
      file('0 4 \n0 5\n', 'dialogues_emotion.txt'),
    ]);
    expect(format).toBe('dailydialog');
    expect(dialogues.map(({ utterances }) => utterances)).toEqual([
      [
        { speaker: 'seeker', text: 'Hi , Ann .', act: 'inform', emotion: 'no emotion' },
        { speaker: 'supporter', text: 'Hi !', act: 'question', emotion: 'happiness' },
      ],
    ]);
    expect(bad).toEqual([{ place: 'dialogues_text.txt line 2', reason: 'It has 2 utterances but 1 labels of act.' }]);
  });

  it('is read from JSON lines of either kind', async () => {
    const { format, dialogues } = await read(
      lines(
        { id: 'a', dialog: [{ content: 'Hi', act: 'inform', emotion: 'no emotion' }, { content: 'Hello' }] },
        { dialog: ['Hi', 'Hello'], act: [1, 1], emotion: [0, 6] },
      ),
    );
    expect(format).toBe('dailydialog');
    expect(dialogues.map((each) => [each.id, ...texts(each)])).toEqual([
      ['a', 'seeker: Hi', 'supporter: Hello'],
      ['dialogue 2', 'seeker: Hi', 'supporter: Hello'],
    ]);
    expect(dialogues[1]?.utterances[1]).toMatchObject({ act: 'inform', emotion: 'surprise' });
  });
});

describe('EmpatheticDialogues', () => {
  const HEADER = 'conv_id,utterance_idx,context,prompt,speaker_idx,utterance,selfeval,tags';

  it('is read from its CSV', async () => {
    const { format, dialogues, bad } = await read(
      [
        HEADER,
        'hit:0,1,proud,It went well_comma_ at last,7,I won_comma_ "really",5|5,',
        'hit:0,2,proud,It went well_comma_ at last,3,Great!,5|5,',
        'hit:1,1,sad,x,1,One,,',
        'hit:1,3,sad,x,1,Three,,',
        'hit:2,one',
        '',
      ].join('\r\n'),
      'train.csv',
    );
    expect(format).toBe('empathetic');
    expect(dialogues).toEqual([
      {
        id: 'hit:0',
        emotion: 'proud',
        situation: 'It went well, at last',
        utterances: [
          { speaker: 'seeker', text: 'I won, "really"' },
          { speaker: 'supporter', text: 'Great!' },
        ],
      },
    ]);
    expect(bad.map(({ place }) => place)).toEqual(['train.csv line 6', 'train.csv line 4']);
  });

  it('may begin with blank lines', async () => {
    const { dialogues, bad } = await read(
      `\n \n${HEADER}\nhit:0,1,proud,x,7,I won,,\nhit:0,2,proud,x,3,Great!,,\n`,
      'train.csv',
    );
    expect(dialogues.map(texts)).toEqual([['seeker: I won', 'supporter: Great!']]);
    expect(bad).toEqual([]);
  });
});

describe('chats', () => {
  it('are read as OpenAI, ShareGPT and ChatML write them', async () => {
    const { format, dialogues } = await read(
      lines(
        {
          messages: [
            { role: 'system', content: 'Be kind.' },
            { role: 'user', content: 'Hi' },
            { role: 'assistant', content: [{ type: 'text', text: 'Hello' }] },
          ],
        },
        {
          id: 9,
          conversations: [
            { from: 'human', value: 'Hi' },
            { from: 'gpt', value: 'Hello' },
          ],
        },
        {
          text:
            '<|im_start|>system\nBe ' +
            'kind.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n',
        },
      ),
    );
    expect(format).toBe('chat');
    for (const dialogue of dialogues) expect(texts(dialogue)).toEqual(['seeker: Hi', 'supporter: Hello']);
    expect(dialogues.map(({ id }) => id)).toEqual(['dialogue 1', '9', 'dialogue 3']);
  });

  it('refuse unknown roles', async () => {
    const { bad } = await read(lines({ messages: [{ role: 'wizard', content: 'Hi' }] }));
    expect(bad[0]?.reason).toBe('messages[0].role: The role "wizard" is unknown.');
  });
});

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
    expect((await read(lines(one, one, one))).dialogues.map(({ id }) => id)).toEqual(['x', 'x (2)', 'x (3)']);
  });

  it('cannot pollute prototypes', async () => {
    const { dialogues } = await read(
      '{"messages": [{"role": "user", "content": "Hi"}], "__proto__": {"polluted": 1}}\n{"__proto__": {"polluted": ' +
        '1}, "constructor": {"prototype": {"polluted": 1}}, "messages": [{"role": "user", "content": "Hi", ' +
        '"__proto__": {"polluted": 1}}]}',
    );
    expect(dialogues).toHaveLength(2);
    const survey = (
      await read(
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
    const { dialogues, bad } = await read(
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
        const result = await read(text).catch((error: unknown) => error);
        if (result instanceof Error)
          expect(result).toMatchObject({ name: 'LabError', code: expect.stringMatching(/^bad-/) });
        else expect(result).toHaveProperty('dialogues');
      }),
      { numRuns: 300 },
    );
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
    const asLines = await read(`${chat()}\n\n${chat()}`, 'one.jsonl');
    const asList = await read(`[${chat()},\n${chat()}]`, 'another.json');
    expect(asLines.dialogues).toEqual(asList.dialogues);
    expect(asLines.dialogues.map(({ id }) => id)).toEqual(['dialogue 1', 'dialogue 2']);
    const located = await readDataset([file(`${chat()}\n\n${chat()}`, 'one.jsonl')], { naming: 'location' });
    expect(located.dialogues.map(({ id }) => id)).toEqual(['one.jsonl line 1', 'one.jsonl line 3']);
  });

  it('numbers repeated ids', async () => {
    const { dialogues } = await read([chat('a'), chat('a'), chat('a (2)'), chat('a'), chat('a (2)')].join('\n'));
    expect(dialogues.map(({ id }) => id)).toEqual(['a', 'a (2)', 'a (2) (2)', 'a (3)', 'a (2) (3)']);
  });

  // These took minutes when their time was quadratic.
  it('reads 100,000 records with one id', { timeout: 30_000 }, async () => {
    const { dialogues } = await read(`${chat('same')}\n`.repeat(100_000));
    expect(new Set(dialogues.map(({ id }) => id)).size).toBe(100_000);
  });

  it('reads ChatML with 10^5 marks and no line break, and with an open end', { timeout: 30_000 }, async () => {
    const [begin, end] = ['<|im_start|>', '<|im_end|>'];
    const flood = await read(
      lines(
        { text: begin.repeat(100_000) },
        { text: `${begin}user\nHello${end}\n${begin}assistant\nHi, \n\nyou${begin}assistant` },
      ),
    );
    expect(flood.badCount).toBe(1);
    expect(flood.dialogues.map(texts)).toEqual([['seeker: Hello', 'supporter: Hi, \n\nyou']]);
    const { bad } = await read(JSON.stringify({ text: `${begin}${begin}user\nHello${end}` }));
    expect(bad).toEqual([{ place: 'data.jsonl line 1', reason: expect.stringContaining('The role "" is unknown') }]);
  });

  it('reads a quoted field of ten million characters', { timeout: 30_000 }, async () => {
    const row = `c1,1,sad,"so, ""sad"" ${'x'.repeat(10_000_000)}",1,"a,b,c,d",s,t`;
    const { dialogues, bad } = await read(
      `conv_id,utterance_idx,context,prompt,speaker_idx,utterance,selfeval,tags\n${row}\n`,
      'a.csv',
    );
    expect(bad).toEqual([]);
    expect(dialogues[0]?.situation).toMatch(/^so, "sad" x+$/);
    expect(dialogues.map(texts)).toEqual([['seeker: a,b,c,d']]);
  });

  it('reads an item of ExTES with thousands of keys', { timeout: 30_000 }, async () => {
    const item = Object.fromEntries(Array.from({ length: 4000 }, (_, i) => [`${' '.repeat(i)}AI`, 'Yes']));
    const { dialogues } = await read(JSON.stringify({ scene: 'x', content: [item] }));
    expect(dialogues[0]?.utterances).toHaveLength(4000);
  });

  it('reads a line with a million blanks', { timeout: 30_000 }, async () => {
    const { dialogues } = await read(
      `Hi __eou__ Hello${' '.repeat(1_000_000)}you __eou__${' '.repeat(1_000_000)}`,
      'dialogues_text.txt',
    );
    expect(dialogues[0]?.utterances).toHaveLength(2);
  });
});

const PUBLISHED = ['data/esconv', 'data/dailydialog', 'data/empatheticdialogues'];

describeExtra(PUBLISHED, 'readDataset on the published datasets', () => {
  const shared = (path: string): File =>
    file(new Uint8Array(readFileSync(`${SHARED}/data/${path}`)), path.split('/').at(-1));

  it('reads ESConv: 910, 195 and 195 dialogues, 38,365 utterances, nothing malformed', async () => {
    const parts = await Promise.all(
      ['train', 'valid', 'test'].map((part) => readDataset([shared(`esconv/esconv_${part}.jsonl.gz`)])),
    );
    expect(parts.map(({ dialogues }) => dialogues.length)).toEqual([910, 195, 195]);
    expect(parts.flatMap(({ bad }) => bad)).toEqual([]);
    expect(parts.flatMap(({ dialogues }) => dialogues.flatMap(({ utterances }) => utterances))).toHaveLength(38_365);
  });

  it.each([
    ['esconv/FailedESConv.json.gz', 'esconv', 196],
    ['dailydialog/dailydialog_valid_test.jsonl.gz', 'dailydialog', 2000],
    ['empatheticdialogues/empatheticdialogues_valid_test.jsonl.gz', 'empathetic', 5304],
  ])('reads all of %s', async (path, format, count) => {
    const result = await readDataset([shared(path)]);
    expect({ format: result.format, count: result.dialogues.length, bad: result.bad }).toEqual({
      format,
      count,
      bad: [],
    });
  });
});
