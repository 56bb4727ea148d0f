import { spawn } from 'node:child_process';
import { appendFile, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parsePlan } from '../core/evaluation/plan.ts';
import type { ResultRecord } from '../core/evaluation/record.ts';
import { openRunFolder, parsePlanFile } from './run-folder.ts';

const plan = parsePlan({
  format: 'solace-lab-plan',
  version: 1,
  name: 'test',
  dataset: { name: 'x', source: 'built-in' },
  models: [{ kind: 'lab', id: 'm', name: 'M' }],
});
const record: ResultRecord = {
  model: 'm',
  representation: 'raw',
  dialogue: 'd',
  turn: 1,
  reference: 'r',
  hypothesis: null,
  promptTokens: null,
  leftOut: 0,
  nll: null,
  timing: null,
  scores: {},
};

let out: string;
beforeEach(async () => void (out = await mkdtemp(join(tmpdir(), 'lab-run-'))));
afterEach(() => rm(out, { recursive: true }));

describe('openRunFolder', () => {
  it('returns what was appended, without a truncated line', async () => {
    const first = await openRunFolder(out, plan);
    await first.append(record);
    await first.close();
    await appendFile(join(out, 'records.jsonl'), '{"model":"m","repre');
    const second = await openRunFolder(out, plan);
    expect(second.records).toEqual([record]);
    await second.append({ ...record, turn: 3 });
    await second.close();
    expect((await readFile(join(out, 'records.jsonl'), 'utf8')).trim().split('\n')).toHaveLength(2);
  });

  it('admits one process, and takes over from a dead one', async () => {
    const run = await openRunFolder(out, plan);
    await expect(openRunFolder(out, plan)).rejects.toMatchObject({ code: 'busy' });
    await run.close();
    const dead = spawn(process.execPath, ['--version']);
    await new Promise((resolve) => dead.once('exit', resolve));
    await writeFile(join(out, 'lock'), String(dead.pid));
    await (await openRunFolder(out, plan)).close();
  });

  it('refuses another plan, and reports a damaged line', async () => {
    await (await openRunFolder(out, plan)).close();
    await expect(openRunFolder(out, { ...plan, tagger: 'compromise' })).rejects.toThrow(/another plan/);
    await writeFile(join(out, 'records.jsonl'), `${JSON.stringify(record)}\n{}\n`);
    await expect(openRunFolder(out, plan)).rejects.toThrow(/line 2/);
    await (await openRunFolder(join(out, 'free'), plan)).close();
  });

  it.each(['records.jsonl', 'judges.json', 'plan.json'])('does not take an unreadable %s for none', async (name) => {
    await (await openRunFolder(out, plan)).close();
    await rm(join(out, name), { force: true });
    await symlink(name, join(out, name));
    await expect(openRunFolder(out, plan)).rejects.toMatchObject({ code: 'io' });
    expect(await readdir(out)).not.toContain('lock');
    expect(await readlink(join(out, name))).toBe(name);
  });

  it('resumes a run that is older than some settings, by its own plan', async () => {
    const older = Object.fromEntries(Object.entries(plan).filter(([key]) => key !== 'sampling' && key !== 'newest'));
    const file = join(out, 'plan.json');
    expect(await parsePlanFile(older, file)).toMatchObject({ sampling: 2, newest: 'never-empty' });
    await writeFile(file, JSON.stringify(older));
    await writeFile(join(out, 'records.jsonl'), `${JSON.stringify(record)}\n`);
    const own = await parsePlanFile(older, file);
    expect(own).toMatchObject({ sampling: 1, newest: 'compressed' });
    await expect(openRunFolder(out, plan)).rejects.toMatchObject({
      detail: { todo: expect.stringContaining('"sampling": 1 and "newest": "compressed"') as string },
    });
    const run = await openRunFolder(out, own);
    expect(run.records).toEqual([record]);
    await run.close();
  });
});
