import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { tinyCheckpoint } from '../src/core/engine/testing/tiny-model.ts';
import { evaluateCommand } from '../src/node/commands/evaluate.ts';
import { judgeCommand } from '../src/node/commands/judge.ts';
import { exportOnnx } from '../src/core/formats/export/export.ts';
import type { PlanInput } from '../src/core/evaluation/plan.ts';
import { summarySchema } from '../src/core/table/summary.ts';
import { diskFolder } from '../trainer/files/sink.ts';
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
  const dialogues = Array.from({ length: 4 }, (_, i) => ({
    messages: ['I am sad', 'Why is that?', `My cat ran off ${i} days ago`, 'I am sorry', 'Thanks', 'Of course'].map(
      (content, k) => ({ role: k % 2 ? 'assistant' : 'user', content }),
    ),
  }));
  await writeFile(join(folder, 'chats.jsonl'), dialogues.map((each) => JSON.stringify(each)).join('\n'));
  plan = {
    format: 'solace-lab-plan',
    version: 1,
    name: 'test',
    dataset: { name: 'chats', source: join(folder, 'chats.jsonl') },
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

const readLines = async (path: string): Promise<Record<string, unknown>[]> =>
  (await readFile(path, 'utf8').catch(() => ''))
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Everything but times and likelihoods, whose last digits depend on a warm cache. */
const lasting = (records: Record<string, unknown>[]) =>
  records.map((record) => ({ ...record, timing: null, nll: null }));
const likelihoods = (records: Record<string, unknown>[]) => records.map(({ nll }) => (nll as { sum: number }).sum);

describe('npm run lab -- evaluate', () => {
  it('resumes after kill -9 with the results of an uninterrupted run', { timeout: 120_000 }, async () => {
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
    expect(checked.at(-1)).toMatchObject({ records: 6, sameReplies: 6 });
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

  it('waits for a busy server and retries, turn by turn', { timeout: 30_000 }, async () => {
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

describe('npm run lab -- judge', () => {
  it('requests the schema, counts what cannot be read and invents no score', async () => {
    const endpoint = await startEndpoint();
    const lines: string[] = [];
    try {
      const chats = join(folder, 'chats.jsonl');
      const args = [
        '--good',
        chats,
        '--failed',
        chats,
        '--dialogues',
        '1',
        '--repeats',
        '1',
        '--endpoint',
        endpoint.url,
        '--name',
        endpoint.model,
      ];
      await judgeCommand.run(args, (line) => lines.push(line), new AbortController().signal);
      expect(endpoint.seen[0]?.body).toMatchObject({
        response_format: { type: 'json_schema', json_schema: { strict: true } },
      });
    } finally {
      await endpoint.close();
    }
    const printed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const validation = printed.at(-1);
    expect(printed).toHaveLength(3);
    expect(printed.find(({ group }) => group === 'good')).toMatchObject({ scores: null, unreadable: 3, refused: 0 });
    expect(validation).toMatchObject({
      survey: [],
      separation: [{ criterion: 'engagement', auc: null, good: 0, failed: 0 }, {}, {}, {}, {}],
    });
  });

  it.each([
    ['refused', "I'm sorry, but I can't assist with that.", 'The judge refused to answer.'],
    ['unreadable', 'What a day.', 'None of the answers could be read as scores.'],
    ['empty', '', 'The reply is empty'],
  ])('says so if every answer is %s', async (_, answer, reason) => {
    const endpoint = await startEndpoint();
    endpoint.answer = () => answer;
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      const chats = join(folder, 'chats.jsonl');
      const args = [
        '--good',
        chats,
        '--failed',
        chats,
        '--dialogues',
        '2',
        '--repeats',
        '1',
        '--endpoint',
        endpoint.url,
        '--name',
        endpoint.model,
      ];
      await judgeCommand.run(args, () => undefined, new AbortController().signal);
      expect(stderr.mock.calls.map(([text]) => String(text)).join('')).toContain(
        `4 of 4 dialogues have no result. The first says: ${reason}`,
      );
    } finally {
      stderr.mockRestore();
      await endpoint.close();
    }
  });

  it('stores raw answers, queries concurrently, waits for a busy server and resumes', { timeout: 30_000 }, async () => {
    const endpoint = await startEndpoint();
    endpoint.answer = () => '{"engagement": 1, "comforting": 2, "appropriateness": 3, "suggestion": 4}';
    const chats = join(folder, 'chats.jsonl');
    const out = join(folder, 'judged');
    const judged = async (...more: string[]) => {
      const lines: string[] = [];
      const args = [
        '--good',
        chats,
        '--failed',
        chats,
        '--dialogues',
        '3',
        '--repeats',
        '2',
        '--endpoint',
        endpoint.url,
        '--name',
        endpoint.model,
        '--out',
        out,
        ...more,
      ];
      await judgeCommand.run(args, (line) => lines.push(line), new AbortController().signal);
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    };
    try {
      // Five answers, then a permanent failure.
      let answers = 0;
      const { answer } = endpoint;
      endpoint.answer = (message) => {
        if (++answers === 5) endpoint.manner = '401';
        return answer(message);
      };
      await expect(judged('--concurrency', '1')).rejects.toMatchObject({ detail: { status: 401 } });
      const before = await readLines(join(out, 'verdicts.jsonl'));
      expect(before).toHaveLength(2);
      expect(before[0]).toMatchObject({ answers: [{ round: 0, attempt: 0, text: answer('') }, { round: 1 }] });
      expect(JSON.parse(await readFile(join(out, 'summary.json'), 'utf8'))).toMatchObject({
        judged: 2,
        of: 6,
        settings: { prompt: 1, temperature: 0.7, repeats: 2 },
      });

      endpoint.answer = answer;
      endpoint.manner = 'busy-once';
      endpoint.seen.length = 0;
      const after = await judged();
      expect(after).toHaveLength(7);
      expect(after.slice(0, 2)).toEqual(before);
      expect(after.at(-1)).toMatchObject({ separation: [{ auc: 0.5, good: 3, failed: 3 }, {}, {}, {}, {}] });
      // Judged dialogues are not judged again: four dialogues, two rounds, each refused at first unless another asked
      // the same.
      expect(endpoint.seen.length).toBeLessThanOrEqual(16);
      await expect(judged('--repeats', '3')).rejects.toThrow(/another repeats/);
    } finally {
      await endpoint.close();
    }
  });
});

/** Waits until a file has `count` lines; fails if the process ends first. */
async function untilLines(child: ChildProcess, path: string, count: number): Promise<void> {
  while ((await readLines(path)).length < count) {
    if (child.exitCode !== null) throw new Error(`The command ended with ${child.exitCode} before it was killed.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
