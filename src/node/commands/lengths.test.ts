import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TOKENIZER_IDS } from '../../core/compression/token-length.ts';
import { REPRESENTATION_IDS } from '../../core/compression/representation.ts';
import { EMBEDDED_MODEL_ID } from '../../core/engine/embedded.ts';
import { loadChatTokenizer } from '../../core/engine/load-tokenizer.ts';
import { EMBEDDED_FOLDER } from '../model-choice.ts';
import { nodeFiles } from '../node-files.ts';
import { lengthsCommand } from './lengths.ts';

interface Row {
  representation: string;
  tokenizer: string;
  dialogues: number;
  utterances: number;
  perUtterance: { value: number; low: number; high: number };
}

const TEXTS = ['I lost my job last week and I do not sleep.', 'That sounds exhausting. What keeps you awake?'];

let folder = '';
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'lab-lengths-'))));
afterAll(() => rm(folder, { recursive: true }));

async function lengths(signal: AbortSignal): Promise<Row[]> {
  const path = join(folder, 'dialogues.jsonl');
  const [seeker, supporter] = TEXTS;
  const dialogue = {
    messages: [
      { role: 'user', content: seeker },
      { role: 'assistant', content: supporter },
    ],
  };
  await writeFile(path, [dialogue, dialogue].map((each) => JSON.stringify(each)).join('\n'));
  const rows: Row[] = [];
  const args = ['--dataset', path, '--model', EMBEDDED_MODEL_ID];
  await lengthsCommand.run(args, (line) => void rows.push(JSON.parse(line) as Row), signal);
  return rows;
}

describe('lab lengths', () => {
  it('counts the replies of a run by each tokenizer', async () => {
    const path = join(folder, 'records.jsonl');
    const record = (dialogue: string, hypothesis: string | null) => ({
      model: 'm',
      representation: 'keypos',
      dialogue,
      turn: 1,
      reference: 'Why?',
      hypothesis,
      promptTokens: 1,
      leftOut: 0,
      nll: null,
      timing: null,
      scores: {},
    });
    const records = [...TEXTS.map((text, i) => record(`d${i}`, text)), record('d2', null)];
    await writeFile(path, records.map((each) => `${JSON.stringify(each)}\n`).join(''));
    const rows: { tokenizer: string; perReply: { value: number } }[] = [];
    const print = (line: string): void => void rows.push(JSON.parse(line) as (typeof rows)[0]);
    await lengthsCommand.run(['--replies', path, '--model', EMBEDDED_MODEL_ID], print, new AbortController().signal);
    expect(rows).toMatchObject(
      [...TOKENIZER_IDS, 'model'].map((tokenizer) => ({
        model: 'm',
        representation: 'keypos',
        tokenizer,
        dialogues: 2,
        replies: 2,
      })),
    );
    const tokenizer = await loadChatTokenizer(await nodeFiles(EMBEDDED_FOLDER));
    const counts = TEXTS.map((text) => tokenizer.encodeText(text).length);
    expect(rows.at(-1)?.perReply.value).toBeCloseTo(counts.reduce((a, b) => a + b) / 2, 9);
    const missing = lengthsCommand.run(['--replies', join(folder, 'none')], print, new AbortController().signal);
    await expect(missing).rejects.toMatchObject({ code: 'missing-file' });
  });

  it('counts the tokens per utterance under each compression by each tokenizer', async () => {
    const rows = await lengths(new AbortController().signal);
    expect(rows.map(({ representation, tokenizer }) => `${representation} ${tokenizer}`)).toEqual(
      REPRESENTATION_IDS.flatMap((id) => [...TOKENIZER_IDS, 'model'].map((tokenizer) => `${id} ${tokenizer}`)),
    );
    for (const row of rows) {
      expect(row).toMatchObject({ dialogues: 2, utterances: 4 });
      // Both dialogues are the same, so there is nothing to be uncertain about.
      expect([row.perUtterance.low, row.perUtterance.high]).toEqual([row.perUtterance.value, row.perUtterance.value]);
    }
    const of = (representation: string): number =>
      rows.find((row) => row.representation === representation && row.tokenizer === 'model')?.perUtterance.value ?? NaN;
    const tokenizer = await loadChatTokenizer(await nodeFiles(EMBEDDED_FOLDER));
    const counts = TEXTS.map((text) => tokenizer.encodeText(text).length);
    expect(of('raw')).toBeCloseTo(counts.reduce((a, b) => a + b) / 2, 9);
    for (const id of REPRESENTATION_IDS) if (id !== 'raw') expect(of(id), id).toBeLessThan(of('raw'));
  });

  it('stops between two lines', async () => {
    await expect(lengths(AbortSignal.abort())).rejects.toThrow();
  });
});
