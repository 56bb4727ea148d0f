import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { bookFiles, readPhrases, SAFETY } from '../../../build/safety/files.ts';
import { detectCrisis, loadLanguages } from './crisis.ts';
import { createLanguageReader } from './languages.ts';
import { compilePhrase, plainWords, readLines, readWordLists } from './notation.ts';
import { readPhraseFiles } from './phrase-files.ts';

const finds = (phrase: string, text: string, lists = {}): boolean =>
  compilePhrase(phrase, lists).test(plainWords(text));

it('are English until the other languages are loaded', async () => {
  vi.resetModules();
  const fresh = await import('./crisis.ts');
  const levels = () => ['I want to die', 'Je ne veux plus vivre'].map((text) => fresh.detectCrisis(text).level);
  expect(levels()).toEqual(['danger', 'none']);
  await fresh.loadLanguages();
  expect(levels()).toEqual(['danger', 'danger']);
});

describe('the notation', () => {
  it.each([
    ['want to (die|be dead)', 'I WANT to be dead.', true],
    ['want to (die|be dead)', 'I want to be deadly funny', false],
    ['really? want', 'I want', true],
    ['kill*', 'she kills', true],
    ['take {0-3} pills', 'take all of my pills', true],
    ['take {0-3} pills', 'take one two three four pills', false],
    ['take {0-3} pills', 'take it. Pills are here', false],
    ['end it (now|END)', 'I will end it.', true],
    ['end it END', 'I will end it here', false],
    ['end it END', 'I will end it and nobody will know', true],
    ['end it END', 'I will end it, I’m so tired', true],
    ['cant go on', 'I cannot go on', true],
    ['cant go on', 'I can not go on', true],
    ['dont care', 'I do not care', true],
    ['had nt', 'I had nothing', false],
    ['took NUMBER', 'I took 40', true],
    ['hurt SELF', 'I hurt my self', true],
    ['(them|my {1}) dead', 'my boss dead', true],
  ])('%j in %j: %j', (phrase, text, found) => {
    expect(finds(phrase, text, { SELF: ['myself', 'my self'] })).toBe(found);
  });

  it('names violations', () => {
    for (const phrase of ['(open', 'close)', "don't", 'UNKNOWN', 'Capital', '']) {
      expect(() => compilePhrase(phrase, {}), phrase).toThrow();
    }
  });

  it('reads comments and continued lines', () => {
    expect(readLines('# all\none (two|\n   three) # why\n\nfour\n  five\n')).toEqual(['one (two|three)', 'four five']);
    expect(readWordLists('SELF\n  myself,\n  my self\n')).toEqual({ SELF: ['myself', 'my self'] });
  });
});

describe('the files', () => {
  beforeAll(loadLanguages);
  const book = readPhrases();

  it('are compiled into phrases.json and languages.json (npm run safety -- phrases)', () => {
    const files = Object.entries(bookFiles(book));
    expect(files.map(([name]) => name)).toEqual(['phrases.json', 'languages.json']);
    for (const [name, text] of files) expect(readFileSync(join(SAFETY, name), 'utf8'), name).toBe(text);
  });

  it('have no phrase twice and no line over 120 columns', () => {
    for (const { kind, level, phrases } of book.english)
      expect(new Set(phrases).size, `${kind} ${level}`).toBe(phrases.length);
    for (const { language, signals } of book.languages) {
      const all = signals.flatMap(({ phrases }) => phrases);
      expect(new Set(all).size, language).toBe(all.length);
      expect(all.length, language).toBeGreaterThanOrEqual(20);
    }
  });

  it('name the file that violates the notation', () => {
    expect(() => readPhraseFiles({ 'idioms.txt': '(a' })).toThrow(/suicide\.danger\.txt is missing/);
    expect(() => readPhraseFiles({ 'suicide.danger.txt': '(a' })).toThrow(/suicide\.danger\.txt: "\(a"/);
  });

  it('are each found in a message', () => {
    for (const { language, signals } of book.languages) {
      for (const { kind, level, phrases } of signals) {
        for (const phrase of phrases) {
          const found = detectCrisis(`… ${phrase.toUpperCase()}!`);
          expect(found.kinds, `${language}: ${phrase}`).toContain(kind);
          if (level === 'danger') expect(found.level, `${language}: ${phrase}`).toBe('danger');
        }
      }
    }
  });
});

describe('other languages', () => {
  beforeAll(loadLanguages);
  it.each([
    ['Je ne veux plus vivre', 'danger'],
    ['No quiero vivir mas', 'danger'],
    ['Ich WILL nicht mehr leben.', 'danger'],
    ['我不想活了', 'danger'],
    ['我 想 死', 'danger'],
    ['Nie chce juz zyc', 'danger'],
    ['もう死にたいです', 'danger'],
    ['너무 힘들어서 죽고싶어요', 'danger'],
    ['मैं अब मरना चाहती हूं', 'danger'],
    ['Jeg vil do', 'danger'],
    ['Mon mari me frappe', 'danger'],
    ['אני רוצה למות', 'danger'],
    ['אני חושבת להתאבד, אין לי כוח', 'danger'],
    ['می\u200Cخواهم بمیرم', 'danger'],
    ['دیگه میخوام خودکشی کنم', 'danger'],
    ['میں مرنا چاہتی ہوں', 'danger'],
    ['Δεν θέλω να ζω άλλο', 'danger'],
    ['Nu mai vreau sa traiesc', 'danger'],
    ['aku pengen mati', 'danger'],
    ['Tôi không muốn sống nữa', 'danger'],
    ['ผมอยากตายแล้วครับ', 'danger'],
    ['ฉันไม่อยากมีชีวิตอยู่ต่อไปแล้ว', 'danger'],
    ['আমি আর বাঁচতে চাই না', 'danger'],
    ['Uz nechci zit', 'danger'],
    ['Meg akarok halni.', 'danger'],
    ['Jednou bych chtěl žít v Praze', 'none'],
    ['Nem akarok elkésni', 'none'],
    ['วันนี้ฝนตกหนักมาก', 'none'],
    ['আমি চা খেতে চাই', 'none'],
    ['רציתי למות מצחוק', 'none'],
    ['Mệt muốn chết', 'none'],
    ['Vreau să mor de râs', 'none'],
    ['Θέλω να πεθάνω στα γέλια', 'none'],
    ['我想死你了', 'none'],
    ['J’ai envie de mourir de rire', 'none'],
    ['Ik wil niet meer werken', 'none'],
    ['Quiero vivir en Madrid', 'none'],
    ['Die Suppe ist heiß', 'none'],
  ])('%j is %s', (text, level) => {
    expect(detectCrisis(text).level).toBe(level);
  });

  it('handles long messages', () => {
    expect(detectCrisis('我想'.repeat(100_000)).level).toBe('none');
    expect(detectCrisis(`${'ich will '.repeat(30_000)}sterben`).level).toBe('danger');
  });

  it('reports nothing for an empty message', () => {
    createLanguageReader([
      { language: 'xx', signals: [{ kind: 'suicide', level: 'danger', phrases: ['tak'] }], idioms: [] },
    ])('…', () => {
      throw new Error('reported');
    });
  });
});
