import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { tinyCheckpoint } from '../src/core/engine/testing/tiny-model.ts';
import { evaluateCommand } from '../src/node/commands/evaluate.ts';
import { exportOnnx } from '../src/core/formats/export/export.ts';
import type { PlanInput } from '../src/core/evaluation/plan.ts';
import { summarySchema } from '../src/core/table/summary.ts';
import { diskFolder } from '../trainer/files/sink.ts';
import { readLines, writeChats } from './harness/chats.ts';
import { startEndpoint } from './harness/endpoint.ts';

const ROOT = join(import.meta.dirname, '..');

let folder: string;
let plan: PlanInput;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-evaluate-'));
  await exportOnnx(tinyCheckpoint(), diskFolder(join(folder, 'tiny')), {
    dtype: 'fp32',
    name: 'tiny',
    source: 'test',
    licence: 'none',
  });
  const source = await writeChats(folder);
  plan = {
    format: 'solace-lab-plan',
    version: 1,
    name: 'test',
    dataset: { name: 'chats', source },
    models: [{ kind: 'folder', id: 'tiny', name: 'Tiny', folder: join(folder, 'tiny') }],
    decoding: { maxNewTokens: 12 },
  };
});
afterAll(() => rm(folder, { recursive: true }));

let plans = 0;
async function planFile(changes: Partial<PlanInput> = {}): Promise<string> {
  const path = join(folder, `plan-${plans++}.json`);
  await writeFile(path, JSON.stringify({ ...plan, ...changes }));
  return path;
}

async function evaluate(...args: string[]): Promise<Record<string, unknown>[]> {
  const lines: string[] = [];
  await evaluateCommand.run(args, (line) => lines.push(line), new AbortController().signal);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Everything but times and likelihoods, whose last digits depend on a warm cache. */
const lasting = (records: Record<string, unknown>[]) =>
  records.map((record) => ({ ...record, timing: null, nll: null }));
const likelihoods = (records: Record<string, unknown>[]) => records.map(({ nll }) => (nll as { sum: number }).sum);

describe('npm run lab -- evaluate', () => {
  it('resumes after kill -9 with the results of an uninterrupted run', async () => {
    const path = await planFile();
    const cells = await evaluate('--plan', path, '--out', join(folder, 'whole'));
    expect(cells.map(({ representation, records }) => [representation, records])).toEqual([
      ['raw', 12],
      ['keypos', 12],
      ['nostopwords', 12],
    ]);

    const out = join(folder, 'killed');
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', 'src/node/cli.ts', 'evaluate', '--plan', path, '--out', out],
      { cwd: ROOT, stdio: 'ignore' },
    );
    await untilLines(child, join(out, 'records.jsonl'), 5);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    const before = await readLines(join(out, 'records.jsonl'));
    await evaluate('--plan', path, '--out', out);
    const after = await readLines(join(out, 'records.jsonl'));
    expect(after.slice(0, before.length)).toEqual(before);
    const whole = await readLines(join(folder, 'whole/records.jsonl'));
    expect(lasting(after)).toEqual(lasting(whole));
    likelihoods(after).forEach((sum, i) => expect(sum).toBeCloseTo(likelihoods(whole)[i] ?? NaN, 2));

    const numbers = await readFile(join(out, 'numbers.jsonl'), 'utf8');
    const summary = summarySchema.parse(JSON.parse(await readFile(join(out, 'summary.json'), 'utf8')));
    expect(summary).toMatchObject({ finished: true, records: 36, failed: 0, dialogues: 4, turns: 12 });
    for (const text of [numbers, JSON.stringify(summary)]) expect(text).not.toMatch(/My cat|Of course/);
    const checked = await evaluate('--plan', path, '--check', join(out, 'numbers.jsonl'), '--records', '6');
    expect(checked.at(-1)).toMatchObject({ records: 6, sameReplies: 6, sameOrigins: 6 });
    const [made] = summary.provenance ?? [];
    expect(summary.provenance).toHaveLength(1);
    expect(made).toMatchObject({
      records: 36,
      models: ['tiny'],
      device: 'cpu',
      engine: { package: 'onnxruntime-node' },
    });
    for (const hash of [made?.weights?.base, made?.tokenizer, made?.data]) expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(checked.at(-1)?.['largestNll']).toBeLessThan(1e-4);
  });

  it('reproduces a run from the same dialogues in a file with another name', async () => {
    const sample = { turns: 1 };
    const first = await planFile({ representations: ['raw'], sample });
    await evaluate('--plan', first, '--out', join(folder, 'first'));
    const renamed = join(folder, 'renamed.json');
    const lines = (await readFile(join(folder, 'chats.jsonl'), 'utf8')).split('\n');
    await writeFile(renamed, `[${lines.join(',\n')}]`);
    const second = await planFile({ representations: ['raw'], sample, dataset: { name: 'renamed', source: renamed } });
    await evaluate('--plan', second, '--out', join(folder, 'second'));
    const [before, after] = await Promise.all(
      ['first', 'second'].map((name) => readLines(join(folder, name, 'records.jsonl'))),
    );
    expect(before).toHaveLength(4);
    expect(lasting(after ?? [])).toEqual(lasting(before ?? []));
    const checked = await evaluate('--plan', second, '--check', join(folder, 'first/numbers.jsonl'));
    expect(checked.at(-1)).toMatchObject({ records: 4, sameReplies: 4 });
  });

  it("rolls dialogues out on the model's own replies, resumes them and reproduces them", async () => {
    const path = await planFile({ representations: ['raw', 'nostopwords'], sample: { dialogues: 2 } });
    const out = join(folder, 'rolled');
    const cells = await evaluate('--plan', path, '--out', out, '--roll-out');
    expect(cells.map(({ records, replies }) => [records, replies])).toEqual([
      [6, 6],
      [6, 6],
    ]);
    const stored = JSON.parse(await readFile(join(out, 'plan.json'), 'utf8')) as PlanInput;
    expect(stored).toMatchObject({ mode: 'roll-out', sample: { dialogues: 2, turns: null } });
    const whole = await readLines(join(out, 'records.jsonl'));
    // The context of the first turn is that of a run without roll-out; later ones contain other replies.
    await evaluate('--plan', path, '--out', join(folder, 'gold'));
    const gold = await readLines(join(folder, 'gold/records.jsonl'));
    const prompts = (records: Record<string, unknown>[]) => records.slice(0, 3).map((each) => each['promptTokens']);
    expect(prompts(whole)[0]).toBe(prompts(gold)[0]);
    expect(prompts(whole).slice(1)).not.toEqual(prompts(gold).slice(1));

    const resumed = join(folder, 'rolled-resumed');
    await mkdir(resumed);
    await writeFile(join(resumed, 'plan.json'), JSON.stringify(stored));
    const lines = whole.slice(0, 4).map((record) => `${JSON.stringify(record)}\n`);
    await writeFile(join(resumed, 'records.jsonl'), lines.join(''));
    await evaluate('--plan', path, '--out', resumed, '--roll-out');
    expect(lasting(await readLines(join(resumed, 'records.jsonl')))).toEqual(lasting(whole));
    await expect(evaluate('--plan', path, '--out', resumed)).rejects.toThrow(/another plan/);

    // The records that a chosen one builds on are made again, too, but not counted.
    const plan = join(out, 'plan.json');
    const checked = await evaluate('--plan', plan, '--check', join(out, 'numbers.jsonl'), '--records', '5');
    expect(checked).toHaveLength(6);
    expect(checked.at(-1)).toMatchObject({ records: 5, sameReplies: 5 });
  });

  it('queries an endpoint with as many concurrent turns as allowed', async () => {
    const endpoint = await startEndpoint();
    try {
      const path = await planFile({
        models: [{ kind: 'endpoint', id: 'far', name: 'Far', baseUrl: endpoint.url, model: endpoint.model }],
        representations: ['raw'],
        histories: [{ method: 'last', k: 1 }],
        sample: { turns: 2 },
      });
      const [cell, shorter] = await evaluate('--plan', path, '--out', join(folder, 'far'), '--concurrency', '4');
      expect(cell).toMatchObject({ model: 'far', records: 8, replies: 8 });
      expect(shorter).toMatchObject({ model: 'far', representation: 'last-1', records: 8, replies: 8 });
      expect(endpoint.seen).toHaveLength(16);
      // The newest utterance alone, whatever the turn.
      expect(endpoint.seen.filter(({ body }) => body.messages.length === 1).length).toBeGreaterThanOrEqual(8);
      const [record] = await readLines(join(folder, 'far/records.jsonl'));
      expect(record).toMatchObject({
        nll: null,
        promptTokens: 12,
        hypothesis: expect.stringContaining('You said') as string,
      });
    } finally {
      await endpoint.close();
    }
  });

  it('sends the key of the environment only to a host that the command names', async () => {
    const endpoint = await startEndpoint();
    process.env['SOLACE_API_KEY'] = 'env-secret';
    try {
      const path = await planFile({
        models: [{ kind: 'endpoint', id: 'far', name: 'Far', baseUrl: endpoint.url, model: endpoint.model }],
        representations: ['raw'],
        sample: { dialogues: 1, turns: 1 },
      });
      const keysWith = async (out: string, ...args: string[]) => {
        endpoint.seen.length = 0;
        await evaluate('--plan', path, '--out', join(folder, out), ...args);
        return new Set(endpoint.seen.map(({ authorization }) => authorization));
      };
      expect(await keysWith('unnamed')).toEqual(new Set([undefined]));
      expect(await keysWith('other', '--endpoint-host', 'api.example')).toEqual(new Set([undefined]));
      expect(await keysWith('named', '--endpoint-host', new URL(endpoint.url).host)).toEqual(
        new Set(['Bearer env-secret']),
      );
    } finally {
      delete process.env['SOLACE_API_KEY'];
      await endpoint.close();
    }
  });

  it('waits for a busy server and retries, turn by turn', async () => {
    const endpoint = await startEndpoint();
    endpoint.manner = 'busy-once';
    try {
      const path = await planFile({
        models: [{ kind: 'endpoint', id: 'busy', name: 'Busy', baseUrl: endpoint.url, model: endpoint.model }],
        representations: ['raw'],
        sample: { turns: 1 },
      });
      expect(await evaluate('--plan', path, '--out', join(folder, 'busy'))).toMatchObject([{ records: 4, replies: 4 }]);
      const conversations = new Set(endpoint.seen.map(({ body }) => JSON.stringify(body.messages)));
      expect(endpoint.seen).toHaveLength(4 + conversations.size);
    } finally {
      await endpoint.close();
    }
  });

  it('reports how many records have no result, and why', async () => {
    const endpoint = await startEndpoint();
    endpoint.answer = () => '';
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      const path = await planFile({
        models: [{ kind: 'endpoint', id: 'mute', name: 'Mute', baseUrl: endpoint.url, model: endpoint.model }],
        representations: ['raw'],
        sample: { turns: 1 },
      });
      expect(await evaluate('--plan', path, '--out', join(folder, 'mute'))).toMatchObject([{ records: 0, replies: 0 }]);
      expect(stderr.mock.calls.map(([text]) => String(text)).join('')).toMatch(
        /4 of 4 records have no result\..*reply is empty/,
      );
    } finally {
      stderr.mockRestore();
      await endpoint.close();
    }
  });

  it('writes a summary of what is done when it fails, and resumes', async () => {
    const endpoint = await startEndpoint();
    try {
      const path = await planFile({
        models: [{ kind: 'endpoint', id: 'e', name: 'E', baseUrl: endpoint.url, model: endpoint.model }],
        representations: ['raw'],
        sample: { turns: 1 },
      });
      endpoint.answer = (message) => {
        if (endpoint.seen.length === 3) endpoint.manner = '401';
        return message;
      };
      const args = ['--plan', path, '--out', join(folder, 'failed'), '--concurrency', '1'];
      await expect(evaluate(...args)).rejects.toMatchObject({ code: 'endpoint', detail: { status: 401 } });
      const summary = summarySchema.parse(JSON.parse(await readFile(join(folder, 'failed/summary.json'), 'utf8')));
      expect(summary).toMatchObject({ finished: false, records: 3 });
      endpoint.manner = 'answers';
      expect(await evaluate(...args)).toMatchObject([{ records: 4 }]);
    } finally {
      await endpoint.close();
    }
  });

  it('refuses a different dataset, and a folder of another plan', async () => {
    const wrong = await planFile({
      dataset: { name: 'chats', source: join(folder, 'chats.jsonl'), sha256: '0'.repeat(64) },
    });
    await expect(evaluate('--plan', wrong, '--out', join(folder, 'new'))).rejects.toMatchObject({
      code: 'hash-mismatch',
    });
    const other = await planFile({ representations: ['keypos'] });
    await expect(evaluate('--plan', other, '--out', join(folder, 'whole'))).rejects.toThrow(/another plan/);
  });
});

/** Waits until a file has `count` lines; fails if the process ends first. */
async function untilLines(child: ChildProcess, path: string, count: number): Promise<void> {
  while ((await readLines(path)).length < count) {
    if (child.exitCode !== null) throw new Error(`The command ended with ${child.exitCode} before it was killed.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
