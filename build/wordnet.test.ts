import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { parseWordNet } from '../src/core/metrics/wordnet.ts';
import { compileWordNet } from './wordnet.ts';

const folder = mkdtempSync(join(tmpdir(), 'wordnet-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FILES: Record<string, string> = {
  'dict/data.noun': [
    '  1 A line of the licence.',
    '00000001 03 n 03 dog 0 domestic_dog 0 Canis_familiaris 0 000 | a pet',
    '00000002 03 n 01 Paris 0 000 | a city',
  ].join('\n'),
  'dict/data.verb': '00000003 30 v 02 go 0 travel 1 000 01 + 01 00 | move\n',
  'dict/data.adj': '00000004 00 s 02 galore(ip) 0 rife 0 000 | in abundance\n',
  'dict/data.adv': '00000005 02 r 01 well 0 000 | rightly\n',
  'data/noun.exc': '',
  'data/verb.exc': 'went go\ngone go\n',
  'data/adj.exc': '',
  'data/adv.exc': 'better well\n',
};

describe('compileWordNet', () => {
  it('keeps synsets with a word that METEOR can match, and the exceptions', () => {
    for (const [name, text] of Object.entries(FILES)) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const text = compileWordNet(folder);
    expect(text).not.toContain('Paris');
    const wordnet = parseWordNet(text);
    expect([...wordnet.synonyms('dogs')]).toEqual(['dog']);
    expect([...wordnet.synonyms('domestic_dog')]).toEqual(['dog']);
    expect([...wordnet.synonyms('went')]).toEqual(['go', 'travel']);
    expect([...wordnet.synonyms('rife')]).toEqual(['galore', 'rife']);
    expect([...wordnet.synonyms('better')]).toEqual(['well']);
  });

  it('says which file is missing', () => {
    expect(() => compileWordNet(join(folder, 'nowhere'))).toThrow(/data\.noun/);
  });
});

describe('the committed WordNet', () => {
  const sections = gunzipSync(readFileSync('public/wordnet/wordnet-3.0.bin')).toString().split('\n\n');

  it('has as many synsets and exceptions as WordNet 3.0', () => {
    const lines = sections.map((section) => section.trim().split('\n').length);
    expect(lines).toEqual([44493, 2054, 12537, 2401, 17264, 1490, 3343, 7]);
  });
});
