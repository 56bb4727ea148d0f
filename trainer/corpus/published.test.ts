import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBuiltInDataset } from '../../src/node/dataset-file.ts';
import { loadConfig } from '../train/load-config.ts';
import { readParts } from '../train/prepare.ts';
import { checkCorpus } from './check.ts';
import { checkCommand } from './commands/check.ts';
import { splitCommand } from './commands/split.ts';
import { CORPUS_FILE, corpusText, SPLIT_FILE, splitText } from './published.ts';
import { readSources } from './source.ts';

describe('the published corpus', async () => {
  const sources = await readSources();

  it('follows its rules', () => {
    expect(checkCorpus(sources, { whole: true }).problems).toEqual([]);
  });

  it('is what build and split make of the writers’ files', async () => {
    // Not compared by toBe, whose report of a difference would take minutes.
    expect((await readFile(CORPUS_FILE, 'utf8')) === corpusText(sources)).toBe(true);
    expect(await readFile(SPLIT_FILE, 'utf8')).toBe(splitText(sources));
  });

  it('says that it passes, and how large both parts of an unchanged split are', async () => {
    const lines: string[] = [];
    const signal = new AbortController().signal;
    await checkCommand.run([], (line) => lines.push(line), signal);
    expect(lines.at(-1)).toBe('The corpus passes every check.');
    const folder = await mkdtemp(join(tmpdir(), 'split-'));
    try {
      const out = ['--out', join(folder, 'split.json')];
      for (const end of ['testing.', 'testing, unchanged.']) {
        await splitCommand.run(out, (line) => lines.push(line), signal);
        expect(lines.at(-1)).toMatch(new RegExp(`: 806 for training, 202 for ${end.replace('.', '\\.')}$`));
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is divided by the lab and by the trainer as its split says', async () => {
    const split = JSON.parse(await readFile(SPLIT_FILE, 'utf8')) as { train: number[]; test: number[] };
    const numbers = (dialogues: readonly { id: string }[]): number[] =>
      dialogues.map(({ id }) => Number(/\d+$/.exec(id)?.[0])).sort((a, b) => a - b);
    for (const part of ['train', 'test'] as const)
      expect(numbers((await readBuiltInDataset(`solace-${part}`)).dialogues)).toEqual(split[part]);
    const parts = await readParts(await loadConfig({ preset: 'built-in', set: ['data.evalLimit=1008'] }));
    expect([numbers(parts.train), numbers(parts.eval)]).toEqual([split.train, split.test]);
  });
});
