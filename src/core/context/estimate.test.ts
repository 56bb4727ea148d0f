import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { ownUtterances } from '../../../tests/harness/fixtures.ts';
import { describeExtra, readJsonLinesGz } from '../../../tests/harness/shared.ts';
import { loadRepresentation } from '../compression/load.ts';
import { REPRESENTATION_IDS } from '../compression/representation.ts';
import { ESTIMATE_ERROR, estimateTokens } from './estimate.ts';

const MODEL = join(import.meta.dirname, '../../../public/models/smollm2-135m-instruct');
const ESCONV = 'data/esconv/esconv_test.jsonl.gz';
const file = (name: string): object => JSON.parse(readFileSync(join(MODEL, name), 'utf8')) as object;
const tokenizer = new Tokenizer(file('tokenizer.json'), file('tokenizer_config.json'));

function checkEstimates(texts: () => string[]): void {
  it.each(REPRESENTATION_IDS)('is within the stated error under %s', async (id) => {
    const representation = await loadRepresentation(id);
    let tokens = 0;
    let wrong = 0;
    for (const text of texts().map((each) => representation.compress(each).text)) {
      const exact = tokenizer.encode(text, { add_special_tokens: false }).ids.length;
      tokens += exact;
      wrong += Math.abs(estimateTokens(text) - exact);
    }
    expect(tokens).toBeGreaterThan(10_000);
    expect(wrong / tokens).toBeLessThanOrEqual(ESTIMATE_ERROR);
  });
}

describe('estimateTokens on the built-in dialogues with SmolLM2’s tokenizer', () => {
  checkEstimates(() => ownUtterances().map(({ text }) => text));
});

describeExtra([ESCONV], 'estimateTokens on ESConv test with SmolLM2’s tokenizer', () => {
  checkEstimates(() =>
    readJsonLinesGz<{ dialog: { text: string }[] }>(ESCONV)
      .flatMap(({ dialog }) => dialog.map(({ text }) => text))
      .slice(0, 3000),
  );
});
