import { expect, it } from 'vitest';
import { readWeights } from '../../../build/safety/files.ts';
import { createClassifier, detectWith } from '../../core/safety/classifier.ts';
import { loadFolderEncoder } from '../../node/encoder-node.ts';
import { STARTERS } from './starters.ts';

it('the starters raise no alarm, and what somebody in danger writes still does', async () => {
  const encoder = await loadFolderEncoder();
  const typed = 'They would all be relieved if I did not wake up one morning';
  const seen = await detectWith(createClassifier(encoder, readWeights()), [...STARTERS, typed]);
  await encoder.release();
  expect(seen.map(({ level }) => level === 'none')).toEqual([...STARTERS.map(() => true), false]);
});
