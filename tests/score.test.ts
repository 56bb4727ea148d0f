import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMBEDDED_MODEL_ID } from '../src/core/engine/embedded.ts';
import { scoreCommand } from '../src/node/commands/score.ts';
import { baseExport, SOURCE } from './harness/base-export.ts';
import { readFixture, type ForwardReference } from './harness/fixtures.ts';
import { describeExtra, readJsonGz } from './harness/shared.ts';

const REFERENCE = 'reference/smollm2-forward.json.gz';
/** The shortest of the ten; tests/reference-node.test.ts runs all of them through the same graph. */
const PROMPTS = 3;

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'lab-score-'))));
afterAll(() => rm(folder, { recursive: true }));

async function score(prompts: string[], ...more: string[]): Promise<number[][]> {
  const file = join(folder, 'prompts.json');
  await writeFile(file, JSON.stringify(prompts));
  const lines: string[] = [];
  await scoreCommand.run(['--prompts', file, ...more], (line) => lines.push(line), new AbortController().signal);
  return lines.map((line) => JSON.parse(line) as number[]);
}

describe('npm run lab -- score', () => {
  it('prints one array per prompt, empty if nothing is predicted', async () => {
    const [hello = [], one, none] = await score(['<|im_start|>user\nHello<|im_end|>', 'Hello', '']);
    expect(hello).toHaveLength(4);
    expect(hello.every((nll) => nll >= 0)).toBe(true);
    expect([one, none]).toEqual([[], []]);
  });

  it('refuses a folder without a model', async () => {
    await expect(score(['Hello'], '--model', folder)).rejects.toMatchObject({ code: 'missing-file' });
  });

  it('gives the same values as torch with the weights of the embedded base', async () => {
    const { rows } = readFixture<ForwardReference>('forward');
    await expectValues(rows, ['--model', EMBEDDED_MODEL_ID]);
  });

  describeExtra([REFERENCE, SOURCE], REFERENCE, () => {
    it('gives the values of a q4 export of its model', async () => {
      const { rows } = readJsonGz<ForwardReference>(REFERENCE);
      const shortest = rows.sort((a, b) => a.nll.length - b.nll.length).slice(0, PROMPTS);
      await expectValues(shortest, ['--model', await baseExport('q4')]);
    });
  });

  async function expectValues(rows: ForwardReference['rows'], options: string[]): Promise<void> {
    const found = await score(
      rows.map(({ prompt }) => prompt),
      ...options,
    );
    rows.forEach(({ nll }, i) => {
      expect(found[i]).toHaveLength(nll.length);
      nll.forEach((value, token) => expect(Math.abs((found[i]?.[token] ?? NaN) - value)).toBeLessThan(2e-4));
    });
  }
});
