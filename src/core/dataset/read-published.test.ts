import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeExtra, SHARED } from '../../../tests/harness/shared.ts';
import { readDataset } from './read.ts';
import { file } from './testing/read-text.ts';

const PUBLISHED = ['data/esconv', 'data/dailydialog', 'data/empatheticdialogues'];

it('reads the dialogues that come with the lab: 1,008, nothing malformed', async () => {
  const json = readFileSync(new URL('../../../public/dialogues/solace.json', import.meta.url));
  const { dialogues, bad } = await readDataset([file(new Uint8Array(json), 'solace.json')]);
  expect([dialogues.length, bad]).toEqual([1008, []]);
});

describeExtra(PUBLISHED, 'readDataset on the published datasets', () => {
  const shared = (path: string): File =>
    file(new Uint8Array(readFileSync(`${SHARED}/data/${path}`)), path.split('/').at(-1));

  it('reads ESConv: 910, 195 and 195 dialogues, 38,365 utterances, nothing malformed', async () => {
    const parts = await Promise.all(
      ['train', 'valid', 'test'].map((part) => readDataset([shared(`esconv/esconv_${part}.jsonl.gz`)])),
    );
    expect(parts.map(({ dialogues }) => dialogues.length)).toEqual([910, 195, 195]);
    expect(parts.flatMap(({ bad }) => bad)).toEqual([]);
    expect(parts.flatMap(({ dialogues }) => dialogues.flatMap(({ utterances }) => utterances))).toHaveLength(38_365);
  });

  it.each([
    ['esconv/FailedESConv.json.gz', 'esconv', 196],
    ['dailydialog/dailydialog_valid_test.jsonl.gz', 'dailydialog', 2000],
    ['empatheticdialogues/empatheticdialogues_valid_test.jsonl.gz', 'empathetic', 5304],
  ])('reads all of %s', async (path, format, count) => {
    const result = await readDataset([shared(path)]);
    expect({ format: result.format, count: result.dialogues.length, bad: result.bad }).toEqual({
      format,
      count,
      bad: [],
    });
  });
});
