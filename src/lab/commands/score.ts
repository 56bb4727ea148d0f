import { z } from 'zod';
import { loadFolderModel } from '../folder-model.ts';
import { parseOptions, required, type Command } from '../command-line.ts';
import { readJsonArray } from './json.ts';

const USAGE = '[--model FOLDER] --prompts FILE';

/** How likely a model finds texts: for each one a JSON array a line with the negative log-likelihood (nats) of every token but the first. */
export const scoreCommand: Command = {
  summary: 'Print the negative log-likelihood of each token of texts, the first left out; special tokens are recognised.',
  usage: USAGE,
  async run(args, print, signal) {
    const text = { type: 'string' } as const;
    const options = parseOptions(args, { model: text, prompts: text }, USAGE);
    const prompts = await readJsonArray(required('prompts', options.prompts, USAGE), z.string());
    const model = await loadFolderModel(options.model, { signal });
    try {
      for (const prompt of prompts) {
        const scores = await model.score(prompt, signal);
        print(JSON.stringify(scores.flatMap(({ logprob }) => (logprob === null ? [] : [-logprob]))));
      }
    } finally {
      await model.unload();
    }
  },
};
