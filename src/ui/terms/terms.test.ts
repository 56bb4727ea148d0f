import { describe, expect, it } from 'vitest';
import { PAPER_DECODING } from '../../core/engine/engine.ts';
import { decodingExample } from './decoding-example.ts';
import { glossary } from '../texts/en/glossary.ts';
import { LOAD_TEXTS } from '../texts/load.ts';
import { PAPER, SOURCES } from './terms.ts';

describe('terms', () => {
  it('are each one sentence in every language', async () => {
    const others = await Promise.all([LOAD_TEXTS.de(), LOAD_TEXTS.es()]);
    for (const { terms } of [glossary, ...others.map(({ catalogue }) => catalogue.glossary)]) {
      expect(Object.keys(terms).sort()).toEqual(Object.keys(SOURCES).sort());
      for (const { title, says } of Object.values(terms)) expect(says, title).toMatch(/^[A-Z][^.]+\.$/);
    }
  });

  it('have a source', () => {
    const paper = { work: PAPER, by: glossary.paperBy };
    for (const [id, source] of Object.entries(SOURCES)) {
      expect((source ?? paper).work.length, id).toBeGreaterThan(5);
      expect((source ?? paper).by, id).toMatch(/\d{4}$/);
    }
  });
});

describe('the example of a decoding setting', () => {
  it.each([
    [{ temperature: 0 }, 'temperature', 'With your setting: always tired.'],
    [
      { temperature: 1 },
      'temperature',
      'With your setting: tired 50\u00a0%, lost 30\u00a0%, alone 15\u00a0%, blue 5\u00a0%.',
    ],
    [
      { temperature: 0.5 },
      'temperature',
      'With your setting: tired 68\u00a0%, lost 25\u00a0%, alone 6\u00a0%, blue 1\u00a0%.',
    ],
    [{ topP: 0.9 }, 'topP', 'With your setting: tired 53\u00a0%, lost 32\u00a0%, alone 16\u00a0%.'],
    [{ topK: 1 }, 'topK', 'With your setting: tired 100\u00a0%.'],
    [{ maxNewTokens: 128 }, 'maxNewTokens', 'Now 128 tokens, some 96 words.'],
  ] as const)('follows the setting: %o', (change, setting, end) => {
    expect(decodingExample(setting, { ...PAPER_DECODING, ...change })).toContain(end);
  });
});
