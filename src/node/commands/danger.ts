import { z } from 'zod';
import { createClassifier, detectWith } from '../../core/safety/classifier.ts';
import { detectCrisis, loadLanguages } from '../../core/safety/crisis.ts';
import { defineCommand } from '../command-options.ts';
import { readJsonArray } from './json.ts';

/** Prints what each message signals: `none`, `concern` or `danger`, one per line in the order of the file. */
export const dangerCommand = defineCommand({
  summary: 'Look for danger to the writer or to others in messages: none, concern or danger, one per line.',
  operand: 'texts',
  options: {
    texts: { kind: 'text', value: 'FILE', required: true, about: 'A JSON array of messages.' },
    'rules-only': { kind: 'flag', about: 'Use only the phrases, as the page does before its encoder is loaded.' },
    encoder: {
      kind: 'text',
      value: 'FOLDER',
      otherwise: 'the one that comes with the lab',
      about: 'Folder with the files of all-MiniLM-L6-v2.',
    },
  },
  examples: ['--texts messages.json', '--texts messages.json --rules-only'],
  async run({ texts: path, 'rules-only': rulesOnly, encoder: folder }, print, signal) {
    const texts = await readJsonArray(path, z.string());
    await loadLanguages();
    if (rulesOnly) {
      for (const text of texts) print(detectCrisis(text).level);
      return;
    }
    const [{ loadFolderEncoder }, weights] = await Promise.all([
      import('../encoder-node.ts'),
      import('../../core/safety/weights.json', { with: { type: 'json' } }),
    ]);
    const encoder = await loadFolderEncoder(folder);
    const classify = createClassifier(encoder, weights.default);
    for (const text of texts) for (const { level } of await detectWith(classify, [text], signal)) print(level);
    await encoder.release();
  },
});
