import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCommandLine } from './command-line.ts';
import { LAB_COMMANDS } from './commands/index.ts';
import { runHere } from '../../tests/harness/run-here.ts';

const folder = mkdtempSync(join(tmpdir(), 'lab-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function lab(...args: string[]): Promise<{ code: number; lines: unknown[]; stderr: string }> {
  const { code, stdout, stderr } = await runHere(() => runCommandLine('npm run -s lab --', LAB_COMMANDS, args));
  const lines = code === 0 ? stdout.trim().split('\n') : [];
  return { code, lines: lines.map((line) => JSON.parse(line) as unknown), stderr };
}

describe('npm run lab', () => {
  it('metrics prints one line per pair and one for the corpus', async () => {
    const pairs = [
      { id: 'a', hyp: 'You are not alone.', ref: 'You are not alone.' },
      { id: 2, hyp: '', ref: 'I see.' },
    ];
    const { code, lines, stderr } = await lab('metrics', '--pairs', file('pairs.json', JSON.stringify(pairs)));
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatchObject({
      id: 'a',
      nltk_bleu4_method1: 1,
      chrf2: 100,
      rouge1: [1, 1, 1],
      rougeLsum: [1, 1, 1],
    });
    expect(lines[0]).toMatchObject({ nltk_meteor: expect.closeTo(1 - 0.5 / 5 ** 3, 12) as number });
    expect(lines[1]).toMatchObject({
      id: 2,
      nltk_bleu2_method4: 0,
      sacre_sentence_bleu2: 0,
      rougeL: [0, 0, 0],
      nltk_meteor: 0,
    });
    expect(Object.keys((lines[2] as { corpus: object }).corpus)).toEqual([
      'sacre_corpus_bleu2',
      'sacre_corpus_bleu4',
      'nltk_corpus_bleu2_method0',
      'nltk_corpus_bleu4_method0',
      'chrf2_corpus',
      'distinct1',
      'distinct2',
    ]);
  });

  it('compress prints [start, end, keep] in code points', async () => {
    const texts = file('texts.json', JSON.stringify(['😀 I feel so alone', '']));
    const { lines } = await lab('compress', '--method', 'nostopwords', '--texts', texts);
    expect(lines).toEqual([
      [
        [0, 1, 1],
        [2, 3, 0],
        [4, 8, 1],
        [9, 11, 0],
        [12, 17, 1],
      ],
      [],
    ]);
    const keypos = await lab('compress', '--method', 'keypos', '--tagger', 'compromise', '--texts', texts);
    expect(keypos.lines[0]).toContainEqual([4, 8, 1]);
  });

  it('lengths counts the tokens of an utterance by three tokenizers', async () => {
    const dialogue = {
      problem_type: 'job crisis',
      dialog: [
        { speaker: 'usr', text: 'Hello world' },
        { speaker: 'sys', text: 'Hello to you too' },
      ],
    };
    const { code, lines } = await lab('lengths', '--dataset', file('esconv.jsonl', JSON.stringify(dialogue)));
    expect(code).toBe(0);
    expect(lines).toHaveLength(9);
    expect(lines[0]).toEqual({
      representation: 'raw',
      tokenizer: 'mistral',
      dialogues: 1,
      utterances: 2,
      perUtterance: { value: 3, low: 3, high: 3 },
    });
    // Without "to", "you" and "too".
    expect(lines.at(-1)).toMatchObject({
      representation: 'nostopwords',
      tokenizer: 'model',
      perUtterance: { value: 1.5 },
    });
  });

  it.each([
    [['metrics'], '--pairs is missing'],
    [['metrics', '--pairs', 'nowhere.json'], 'nowhere.json: The file does not exist.'],
    [['metrics', '--pairs', '@[]', '--idf'], '--idf belongs to --bertscore'],
    [['metrics', '--pairs', '@[]', '--encoder', 'x'], '--encoder belongs to --bertscore'],
    [['metrics', '--pairs', '@{'], 'It is not JSON ('],
    [['metrics', '--pairs', '@{"id":1}'], 'It does not contain a JSON array.'],
    [['metrics', '--pairs', '@[{"id":1,"hyp":"a","ref":null}]'], 'item 1, field "ref"'],
    [['compress', '--method', 'raw', '--texts', '@[]'], 'Use one of keypos, nostopwords.'],
    [['compress', '--method', 'keypos', '--tagger', 'x', '--texts', '@[]'], 'Use one of wink, compromise.'],
    [['nothing'], 'There is no command "nothing".'],
  ])('%j fails with a clear sentence', async (args, sentence) => {
    const ready = args.map((arg) => (arg.startsWith('@') ? file('bad.json', arg.slice(1)) : arg));
    const { code, stderr } = await lab(...ready);
    expect(code).toBe(1);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
