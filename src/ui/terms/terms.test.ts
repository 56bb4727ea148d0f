import { describe, expect, it } from 'vitest';
import { PAPER_DECODING } from '../../core/engine/engine.ts';
import { decodingExample } from './decoding-example.ts';
import { TERMS } from './terms.ts';

describe('terms', () => {
  it('are each one sentence with a source', () => {
    for (const { title, says, source } of Object.values(TERMS)) {
      expect(says, title).toMatch(/^[A-Z][^.]+\.$/);
      expect(source.work.length, title).toBeGreaterThan(5);
      expect(source.by, title).toMatch(/\d{4}$/);
    }
  });
});

describe('the example of a decoding setting', () => {
  it.each([
    [{ temperature: 0 }, 'temperature', 'With your setting: always tired.'],
    [{ temperature: 1 }, 'temperature', 'With your setting: tired 50 %, lost 30 %, alone 15 %, blue 5 %.'],
    [{ temperature: 0.5 }, 'temperature', 'With your setting: tired 68 %, lost 25 %, alone 6 %, blue 1 %.'],
    [{ topP: 0.9 }, 'topP', 'With your setting: tired 53 %, lost 32 %, alone 16 %.'],
    [{ topK: 1 }, 'topK', 'With your setting: tired 100 %.'],
    [{ maxNewTokens: 128 }, 'maxNewTokens', 'Now 128 tokens, some 96 words.'],
  ] as const)('follows the setting: %o', (change, setting, end) => {
    expect(decodingExample(setting, { ...PAPER_DECODING, ...change })).toContain(end);
  });
});
