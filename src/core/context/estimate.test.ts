import { readFileSync } from 'node:fs';
import { Tokenizer } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { hasShared, readJsonLinesGz, SHARED } from '../../../tests/harness/shared.ts';
import { loadRepresentation } from '../compression/load.ts';
import { REPRESENTATION_IDS } from '../compression/representation.ts';
import { ESTIMATE_ERROR, estimateTokens } from './estimate.ts';

const MODEL = 'models/smollm2-135m-instruct';
const ESCONV = 'data/esconv/esconv_test.jsonl.gz';
const file = (name: string): object => JSON.parse(readFileSync(`${SHARED}/${MODEL}/${name}`, 'utf8')) as object;

describe.skipIf(!hasShared(ESCONV) || !hasShared(MODEL))(
  'estimateTokens on ESConv test with SmolLM2’s tokenizer',
  () => {
    it.each(REPRESENTATION_IDS)('is within the stated error under %s', async (id) => {
      const tokenizer = new Tokenizer(file('tokenizer.json'), file('tokenizer_config.json'));
      const representation = await loadRepresentation(id);
      const texts = readJsonLinesGz<{ dialog: { text: string }[] }>(ESCONV).flatMap(({ dialog }) =>
        dialog.map(({ text }) => text),
      );
      let tokens = 0;
      let wrong = 0;
      let bias = 0;
      for (const text of texts.slice(0, 3000).map((each) => representation.compress(each).text)) {
        const exact = tokenizer.encode(text, { add_special_tokens: false }).ids.length;
        tokens += exact;
        wrong += Math.abs(estimateTokens(text) - exact);
        bias += estimateTokens(text) - exact;
      }
      console.log(
        `${id}: off by ${((100 * wrong) / tokens).toFixed(1)} % of tokens an utterance, by ${((100 * bias) / tokens).toFixed(1)} % in all`,
      );
      expect(wrong / tokens).toBeLessThanOrEqual(ESTIMATE_ERROR);
    });
  },
);
