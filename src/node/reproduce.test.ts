import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dialogue } from '../core/dataset/dialogue.ts';
import { numbersOf } from '../core/evaluation/numbers.ts';
import { parsePlan } from '../core/evaluation/plan.ts';
import { runPlan, type RunDependencies } from '../core/evaluation/runner.ts';
import { parts } from '../core/evaluation/testing/run-parts.ts';
import { sampleTurns } from '../core/evaluation/turns.ts';
import { checkNumbers, type CheckLine } from './reproduce.ts';

const DIALOGUES: Dialogue[] = Array.from({ length: 12 }, (_, i) => ({
  id: `d${i}`,
  utterances: [
    { speaker: 'seeker', text: `I am sad, ${i}` },
    { speaker: 'supporter', text: 'I see' },
  ],
}));

function dependencies(seed: number): RunDependencies {
  const plan = parsePlan({
    format: 'solace-lab-plan',
    version: 1,
    name: 'test',
    dataset: { name: 'made up', source: 'built-in' },
    models: [{ kind: 'folder', id: 'm', name: 'M', folder: '.' }],
    representations: ['raw'],
    sample: { seed },
  });
  return parts(
    {},
    {
      plan,
      turns: sampleTurns(DIALOGUES, plan),
      compress: (texts) => Promise.resolve([...texts]),
      measure: () => Promise.resolve({}),
    },
  );
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'solace-reproduce-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function check(seed: number, count: number): Promise<CheckLine[]> {
  const path = join(folder, `${seed}.jsonl`);
  const lines: string[] = [];
  for await (const event of runPlan(dependencies(seed)))
    if (event.type === 'record') lines.push(`${JSON.stringify(numbersOf(event.record))}\n`);
  await writeFile(path, lines.join(''));
  const checked: CheckLine[] = [];
  for await (const line of checkNumbers(dependencies(seed), path, count)) checked.push(line);
  return checked;
}

const dialoguesOf = (lines: readonly CheckLine[]) => lines.flatMap((line) => ('dialogue' in line ? line.dialogue : []));

describe('checkNumbers', () => {
  it('draws the records that version 0.1.0 drew for a seed', async () => {
    const checked = await check(0, 4);
    expect(dialoguesOf(checked)).toEqual(['d0', 'd4', 'd8', 'd10']);
    expect(dialoguesOf(await check(7, 4))).toEqual(['d2', 'd4', 'd8', 'd9']);
    expect(checked.at(-1)).toEqual({ records: 4, sameReplies: 4, largestNll: 0 });
  });
});
