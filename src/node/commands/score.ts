import { z } from 'zod';
import { requireScorer } from '../../core/engine/capabilities.ts';
import { loadFolderModel } from '../folder-model.ts';
import { defineCommand } from '../command-options.ts';
import { MODEL } from './options.ts';
import { readJsonArray } from './json.ts';

/**
 * How likely a model finds texts: one line per text, a JSON array with the negative log-likelihood (in nats) of every
 * token but the first.
 */
export const scoreCommand = defineCommand({
  summary: 'Print the negative log-likelihood of each token of texts but the first; special tokens are recognised.',
  operand: 'prompts',
  options: {
    prompts: { kind: 'text', value: 'FILE', required: true, about: 'A JSON array of strings.' },
    model: MODEL,
  },
  examples: ['--prompts prompts.json', '--prompts prompts.json --model my-model'],
  async run({ prompts: path, model: given }, print, signal) {
    const prompts = await readJsonArray(path, z.string());
    const model = await loadFolderModel(given, { signal });
    try {
      for (const prompt of prompts) {
        const scores = await requireScorer(model).score(prompt, signal);
        print(JSON.stringify(scores.flatMap(({ logprob }) => (logprob === null ? [] : [-logprob]))));
      }
    } finally {
      await model.unload();
    }
  },
});
