import { describe, expect, it } from 'vitest';
import { ownUtterances } from '../../../tests/harness/fixtures.ts';
import { describeExtra, readJsonLinesGz } from '../../../tests/harness/shared.ts';
import { isForeign } from './language.ts';
import { loadRepresentation } from './load.ts';

const FOREIGN: Record<string, string[]> = {
  Hebrew: ['אני לא ישן כבר שבוע', 'שלום'],
  Arabic: ['لا أستطيع النوم', 'مرحبا'],
  Chinese: ['我睡不着', '好', '我用iPhone聊天'],
  Japanese: ['眠れません', 'はい'],
  Korean: ['잠을 못 자요'],
  Thai: ['ฉันนอนไม่หลับ'],
  Russian: ['Я не могу спать', 'Да?'],
  Greek: ['Δεν μπορώ να κοιμηθώ'],
  Hindi: ['मुझे नींद नहीं आती', 'हाँ'],
  French: ['je ne dors plus', "J'ai peur", 'Oui', 'Ma mère est malade', 'Personne ne m’écoute', 'salut ca va'],
  German: ['Ich kann nicht schlafen', 'Ja?', 'Mir geht es schlecht', 'Was war das', 'Keine Ahnung', 'Danke'],
  Spanish: ['No quiero vivir así', 'Sí', 'Gracias', 'Mi madre está enferma', 'Hola, ¿cómo estás?', 'no me siento bien'],
  Polish: ['Nie mogę spać', 'nie chce juz zyc', 'Tak', 'Dzień dobry'],
  Portuguese: ['Não consigo dormir', 'nao consigo dormir', 'Minha mãe está doente', 'Obrigado'],
  Italian: ['Non riesco a dormire', 'Ho paura', 'Sto male', 'Grazie', 'Sono stanco'],
  Dutch: ['Ik kan niet slapen', 'Nee'],
  Swedish: ['Jag kan inte sova'],
  Turkish: ['Uyuyamıyorum'],
  Vietnamese: ['Tôi không ngủ được'],
  Basque: ['Ezin dut lo egin eta oso nekatuta nago'],
};

const ENGLISH = [
  '',
  '!!!',
  '123',
  '🙂',
  'ok',
  'haha',
  'hmm',
  'lol',
  'idk',
  'k',
  'Hii',
  'yo',
  'R u there?',
  'im so sorry im late',
  'no',
  'die',
  'me too',
  'So?',
  'Come on',
  'the',
  'Bill died',
  'Maria',
  'Anna and Piotr',
  'gut feeling',
  'work stress money problems',
  'I went to a café',
  'fiancé',
  'Beyoncé',
  'I ate crème brûlée',
  'My mom said je t’aime',
  'I feel 很难过 today',
  'A co-worker stole my lunch',
  'example.com',
  'https://example.de/ich/und/du',
  'Nothing helps anymore',
];

describe('isForeign', () => {
  it.each(Object.entries(FOREIGN))('knows %s', (_language, texts) => {
    expect(texts.filter((text) => !isForeign(text))).toEqual([]);
  });

  it('recognises English, however short or mixed', () => {
    expect(ENGLISH.filter(isForeign)).toEqual([]);
  });

  it('handles very long texts', () => {
    expect(isForeign('je ne dors plus '.repeat(100_000))).toBe(true);
    expect(isForeign('a.'.repeat(200_000))).toBe(false);
  });
});

describe('a compression', () => {
  it.each(['keypos', 'nostopwords'] as const)('leaves other languages as written, and says so (%s)', async (id) => {
    const { compress } = await loadRepresentation(id);
    for (const text of Object.values(FOREIGN).flat()) {
      const { text: sent, spans, asWritten } = compress(`${text}  `);
      expect(sent).toBe(`${text}  `);
      expect(spans.every(({ keep }) => keep)).toBe(true);
      expect(asWritten).toBe('language');
    }
    expect(compress('I am so sad today.').asWritten).toBeUndefined();
    expect(compress('I am so sad today.').text).not.toContain('am');
  });
});

interface Dialogue {
  dialog: { text: string }[];
}
const PARTS = ['train', 'valid', 'test'].map((part) => `data/esconv/esconv_${part}.jsonl.gz`);

describe('isForeign', () => {
  it('finds no built-in utterance in another language', () => {
    const texts = ownUtterances().map(({ text }) => text);
    expect(texts.length).toBeGreaterThan(1000);
    expect(texts.filter(isForeign)).toEqual([]);
  });
});

describeExtra(PARTS, 'isForeign on ESConv', () => {
  it('finds no utterance in another language', () => {
    const texts = PARTS.flatMap((part) => readJsonLinesGz<Dialogue>(part)).flatMap(({ dialog }) =>
      dialog.map(({ text }) => text),
    );
    expect(texts.length).toBeGreaterThan(30_000);
    expect(texts.filter(isForeign)).toEqual([]);
  });
});
