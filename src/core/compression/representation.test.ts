import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import model from 'wink-eng-lite-web-model';
import { createKeyPos } from './keypos.ts';
import { loadRepresentation } from './load.ts';
import type { Representation } from './representation.ts';
import { joinKept } from './segment.ts';
import { loadTagger } from './load-tagger.ts';
import { createWinkTagger } from './tagger-wink.ts';

const all: { name: string; representation: Representation }[] = [];
const named = (name: string): Representation => {
  const found = all.find((each) => each.name === name);
  if (!found) throw new Error(name);
  return found.representation;
};

beforeAll(async () => {
  for (const id of ['raw', 'nostopwords'] as const)
    all.push({ name: id, representation: await loadRepresentation(id) });
  for (const tagger of ['wink', 'compromise'] as const) {
    all.push({ name: `keypos ${tagger}`, representation: await loadRepresentation('keypos', { tagger }) });
  }
});
const NAMES = ['raw', 'nostopwords', 'keypos wink', 'keypos compromise'];

const chat = fc
  .array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom('I', "I'm", 'don’t', 'sad', 'the', 'job', 'to', 'have', 'u', 'it', 'well-being'),
      },
      {
        weight: 3,
        arbitrary: fc.constantFrom(' ', '  ', '\n', '.', ', ', '!', '?!', '…', '"', '-', "'", '’', '#', '@'),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          ...['https://a.b/c?d=e.', 'me@x.org', '👍🏽', '👩‍👩‍👧', '\ud800', '日本語', 'a.m.', '\u0000'],
        ),
      },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));

describe.each(NAMES)('%s', (name) => {
  it('returns ordered spans that cover every character but white space, and the text they spell', () => {
    fc.assert(
      fc.property(chat, (text) => {
        const { spans, text: kept, asWritten } = named(name).compress(text);
        let end = 0;
        let gaps = '';
        for (const span of spans) {
          expect(span.start).toBeGreaterThanOrEqual(end);
          expect(span.end).toBeGreaterThan(span.start);
          gaps += text.slice(end, span.start);
          end = span.end;
        }
        expect(end).toBeLessThanOrEqual(text.length);
        expect((gaps + text.slice(end)).trim()).toBe('');
        expect(kept).toBe(name === 'raw' || asWritten ? text : joinKept(text, spans));
      }),
      // compromise takes these two addresses for one.
      { numRuns: 300, examples: [['https://a.b/c?d=e."https://a.b/c?d=e.@']] },
    );
  });

  it('is pure: the same text gives the same result', () => {
    const twice = (text: string) => {
      expect(named(name).compress(text)).toEqual(named(name).compress(text));
    };
    fc.assert(fc.property(chat, twice), { numRuns: 50 });
  });

  it.each(['', '   ', '\n', '!!!', '...', '😀', '\ud800', '\udc00 a', '__proto__ constructor toString'])(
    'survives %j',
    (text) => expect(typeof named(name).compress(text).text).toBe('string'),
  );

  it('handles a hundred thousand words, and long runs without white space', () => {
    const words = 'I have been really sad about my job and don’t know. '.repeat(9100);
    expect(named(name).compress(words).spans.length).toBeGreaterThan(100_000);
    for (const run of ['a'.repeat(50_000), '!?'.repeat(25_000), '👍🏽'.repeat(5000)]) {
      expect(named(name).compress(run).spans.at(-1)?.end).toBe(run.length);
    }
  });
});

describe('Raw', () => {
  it('changes nothing', () => {
    const unchanged = (text: string) => {
      expect(named('raw').compress(text).text).toBe(text);
    };
    fc.assert(fc.property(fc.string({ unit: 'binary' }), unchanged));
  });
});

describe('KeyPOS', () => {
  it.each([
    ['I am so sad today.', 'I so sad today'],
    ["I'm worried about my exam, and I don't sleep.", 'I worried about my exam I sleep'],
    ['I’m worried.', 'I worried'],
    ['I have a problem.', 'I have problem'],
    ['I have lost my job.', 'I lost my job'],
    ['What do you think?', 'What you think'],
    ['There is no hope', 'There is hope'],
    ['I look forward to seeing you.', 'I look forward to seeing you'],
    ['See https://example.org/a?b=c, or mail me@example.org.', 'See https://example.org/a?b=c mail me@example.org'],
    ['!!! ...', ''],
    ['', ''],
  ])('%j becomes %j', (text, kept) => expect(named('keypos wink').compress(text).text).toBe(kept));

  it('keeps the given tags', async () => {
    const nouns = createKeyPos({ tagger: await loadTagger('wink'), keep: new Set(['NOUN']) });
    expect(nouns.compress('My boss hates the new office.').text).toBe('boss office');
    const none = createKeyPos({ tagger: await loadTagger('wink'), keep: new Set() });
    expect(none.compress('My boss hates the office.').text).toBe('');
  });

  it('joins tokens that touch in the original', async () => {
    const marks = createKeyPos({ tagger: await loadTagger('wink'), keep: new Set(['NOUN', 'PUNCT']) });
    expect(marks.compress('Work, work and work!').text).toMatch(/, work work!$/);
  });
});

describe('the tagger wink', () => {
  it.each([
    ["I look less happy than the bride's, or the groom.", "The bride's mother is on the phone."],
    ["My mood is like my son's, up and down.", "Your son's behaviour is causing a lot of stress."],
    ["It is my husband's.", "I live in my husband's house."],
    ['Zorp saw a flurb. ZORPAUD!', "Zorp's flurb-zorp, (flurb) and ZORPAUD's zorp.flurb"],
  ])('after %j tags %j as if it had read nothing before', (before, text) => {
    const expected = createWinkTagger().tag(text);
    const tagger = createWinkTagger();
    tagger.tag(before);
    expect(tagger.tag(text)).toEqual(expected);
  });

  it('tags the same after more new words than it keeps', () => {
    const text = "The bride's mother is on the flurb, and zorps.";
    const tagger = createWinkTagger();
    const expected = tagger.tag(text);
    const words = Array.from({ length: 22_000 }, (_, i) => `zq${i.toString(36)}x`);
    expect(tagger.tag(words.join(' ')).length).toBeGreaterThanOrEqual(words.length);
    expect(tagger.tag(text)).toEqual(expected);
  });

  it('never calls the function of the model that fails when it has been called 20 times', () => {
    const metaCER = vi.spyOn(model as { metaCER: () => unknown }, 'metaCER');
    expect(createWinkTagger().tag('I am so sad today.')).not.toEqual([]);
    expect(metaCER).not.toHaveBeenCalled();
    metaCER.mockRestore();
  });
});

describe('NoStopwords', () => {
  it.each([
    ["I'm so sad about this", 'sad'],
    ["I can't do it, let's talk", ', let talk'],
    ['I CAN’T. Don’t!', '. !'],
    ["couldn't've", ''],
    ["o'clock", "o'clock"],
    ["My mother's well-being", 'mother well-being'],
    ['don`t dont', 'dont'],
    ['At 9 a.m. we met', '9 a.m. met'],
    ['See https://the.example/and/of.', 'See https://the.example/and/of.'],
    ['it is 😀', '😀'],
    ['sad.  Very\nsad', 'sad. sad'],
  ])('%j becomes %j', (text, kept) => expect(named('nostopwords').compress(text).text).toBe(kept));

  it('finds nothing more to drop in what it kept', () => {
    const word = fc.constantFrom(
      'I',
      "I'm",
      'sad',
      'the',
      'job',
      "let's",
      'don’t',
      'not',
      'well-being',
      "can't",
      '.',
      ',',
      '?',
    );
    const sentence = fc.array(word, { maxLength: 20 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(sentence, (text) => {
        const once = named('nostopwords').compress(text).text;
        expect(named('nostopwords').compress(once).text).toBe(once);
      }),
    );
  });
});
