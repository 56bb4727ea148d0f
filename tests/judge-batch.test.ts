import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlanInput } from '../src/core/evaluation/plan.ts';
import { parseRunFiles } from '../src/core/table/run-file.ts';
import { summarySchema } from '../src/core/table/summary.ts';
import type { BatchLine } from '../src/engines/openai/batch.ts';
import { evaluateCommand } from '../src/node/commands/evaluate.ts';
import { judgeCommand } from '../src/node/commands/judge.ts';
import { readLines, writeChats } from './harness/chats.ts';
import { startEndpoint, type Endpoint } from './harness/endpoint.ts';

const SCORES = '{"engagement": 1, "comforting": 2, "appropriateness": 3, "suggestion": 4}';

let folder: string;
let endpoint: Endpoint;
let run: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-batch-'));
  endpoint = await startEndpoint();
  run = await evaluated('run');
});
afterAll(async () => {
  await endpoint.close();
  await rm(folder, { recursive: true });
});

const file = (name: string) => join(folder, name);

/** A run of six replies by the endpoint. */
async function evaluated(name: string, mode?: 'roll-out'): Promise<string> {
  const plan: PlanInput = {
    format: 'solace-lab-plan',
    version: 1,
    name: 'test',
    dataset: { name: 'chats', source: await writeChats(folder) },
    ...(mode && { mode }),
    sample: { dialogues: 2 },
    models: [{ kind: 'endpoint', id: 'far', name: 'Far', baseUrl: endpoint.url, model: endpoint.model }],
    representations: ['raw'],
  };
  await writeFile(file('plan.json'), JSON.stringify(plan));
  await command(evaluateCommand, '--plan', file('plan.json'), '--out', file(name));
  return file(name);
}

async function command({ run: start }: typeof judgeCommand, ...args: string[]): Promise<Record<string, unknown>[]> {
  const lines: string[] = [];
  await start(args, (line) => lines.push(line), new AbortController().signal);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const judged = (...args: string[]) => command(judgeCommand, '--run', run, ...args);

const requestsIn = async (path: string): Promise<BatchLine[]> =>
  (await readLines(path)).map((line) => line as unknown as BatchLine);

const answersTo = (requests: readonly BatchLine[], answer: (i: number) => string | null): string =>
  requests
    .flatMap(({ custom_id }, i) => {
      const content = answer(i);
      const body = { choices: [{ message: { content }, finish_reason: 'stop' }] };
      return content === null ? [] : [`${JSON.stringify({ custom_id, response: { status_code: 200, body } })}\n`];
    })
    .join('');

describe('npm run lab -- judge --run', () => {
  it('judges a run through the files of a batch as it does at once', async () => {
    const written = file('requests.jsonl');
    const [report] = await judged('--requests', written, '--name', endpoint.model, '--repeats', '2');
    expect(report).toMatchObject({ requests: 12, of: 12, judge: { id: endpoint.model, rounds: 2, prompt: 1 } });
    const requests = await requestsIn(written);
    await expect(judged('--requests', written, '--name', endpoint.model)).rejects.toThrow('The file exists already');

    // One answer is missing, one is a refusal, one cannot be read.
    const answers = [null, "I'm sorry, I can't assist with that.", 'Well.'];
    const given = answersTo(requests, (i) => (i < answers.length ? (answers[i] ?? null) : SCORES));
    await writeFile(file('output.jsonl'), given);
    const printed = await judged('--answers', file('output.jsonl'));
    expect(printed.at(-2)).toMatchObject({ verdicts: 11, refused: 1, unreadable: 1, failed: 0, repaired: 0 });
    expect(printed.at(-1)).toEqual({
      answers: 11,
      read: 11,
      repeated: 0,
      foreign: 0,
      open: [{ judge: endpoint.model, requests: 2 }],
    });
    const [again] = await judged('--answers', file('output.jsonl'));
    expect(again).toMatchObject({ read: 0, repeated: 11 });

    // The same command resumes with what is open.
    const rest = file('rest.jsonl');
    await judged('--requests', rest, '--name', endpoint.model, '--repeats', '2');
    const open = await requestsIn(rest);
    expect(open.map(({ custom_id }) => custom_id)).toEqual([
      requests[0]?.custom_id,
      requests[2]?.custom_id.replace(/0$/, '1'),
    ]);
    await writeFile(
      file('rest-output.jsonl'),
      answersTo(open, () => SCORES),
    );
    const finished = await judged('--answers', file('rest-output.jsonl'));
    expect(finished.at(-1)).toMatchObject({ read: 2, open: [{ requests: 0 }] });

    // A judge that is asked at once, in another run of the same replies, gets the same bodies and gives the same.
    const live = await evaluated('live');
    endpoint.seen.length = 0;
    const before = endpoint.answer;
    let asked = 0;
    endpoint.answer = () => {
      const i = asked++;
      return i === 1 ? (answers[1] ?? '') : i === 2 ? (answers[2] ?? '') : SCORES;
    };
    try {
      const at = ['--endpoint', endpoint.url, '--name', endpoint.model, '--repeats', '2', '--concurrency', '1'];
      await command(judgeCommand, '--run', live, ...at);
    } finally {
      endpoint.answer = before;
    }
    const bodies = endpoint.seen.map(({ body }) => {
      const { stream, stream_options, top_k, ...asIn } = body as typeof body & Record<string, unknown>;
      expect([stream, stream_options, top_k]).toEqual([true, { include_usage: true }, 50]);
      return JSON.stringify(asIn);
    });
    expect(bodies.sort()).toEqual([...requests, open[1]].map((each) => JSON.stringify(each?.body)).sort());
    const verdictsOf = async (at: string) => {
      const lines = await readLines(join(at, 'verdicts.jsonl'));
      return lines.map((line) => JSON.stringify(line)).sort();
    };
    expect(await verdictsOf(run)).toEqual(await verdictsOf(live));
    const [ofBatch, ofLive] = await Promise.all(
      [run, live].map(async (at) => summarySchema.parse(JSON.parse(await readFile(join(at, 'summary.json'), 'utf8')))),
    );
    expect(ofBatch?.judge).toMatchObject({ verdicts: 12, replies: 6, refused: 1, unreadable: 0 });
    expect(ofBatch?.judge).toEqual(ofLive?.judge);
    expect(ofBatch?.cells[0]?.metrics['judge_mean']?.value).toBe(2.5);
  });

  it('leaves a folder that the page imports with its judge, and that evaluate summarises with it', async () => {
    const names = ['plan.json', 'records.jsonl', 'judges.json', 'verdicts.jsonl'];
    const files = await Promise.all(
      names.map(async (name) => ({ name, text: await readFile(join(run, name), 'utf8') })),
    );
    const imported = parseRunFiles(files);
    expect(imported.verdicts).toHaveLength(12);
    expect(imported.judges).toMatchObject([{ id: endpoint.model, rounds: 2 }]);
    await command(evaluateCommand, '--plan', join(run, 'plan.json'), '--out', run);
    const summary = summarySchema.parse(JSON.parse(await readFile(join(run, 'summary.json'), 'utf8')));
    expect(summary.judge).toMatchObject({ id: endpoint.model, verdicts: 12 });
  });

  it("asks with the paper's prompt, as another judge", async () => {
    const path = file('paper.jsonl');
    const [report] = await judged(
      ...['--requests', path, '--name', endpoint.model, '--prompt', 'paper', '--repeats', '1'],
    );
    const id = `${endpoint.model}, paper's prompt`;
    expect(report).toMatchObject({ requests: 6, of: 6, judge: { id, model: endpoint.model, wording: 'paper' } });
    const requests = await requestsIn(path);
    for (const { body } of requests) {
      expect(body.model).toBe(endpoint.model);
      expect(body).not.toHaveProperty('response_format');
      expect(body.messages.map(({ role }) => role)).toEqual(['user']);
      expect(body.messages[0]?.content).toContain('Output a list with the four scores.');
    }
    await writeFile(
      file('paper-output.jsonl'),
      answersTo(requests, (i) => `[${i % 6}, 1, 2, 3]`),
    );
    const printed = await judged('--answers', file('paper-output.jsonl'));
    expect(printed[1]).toMatchObject({ judge: id, wording: 'paper', scores: { engagement: 1, suggestion: 3 } });
    expect(printed.at(-2)).toMatchObject({ id, replies: 6, repaired: 0 });
    await expect(
      command(judgeCommand, '--good', 'x', '--failed', 'x', '--prompt', 'paper', '--weighted'),
    ).rejects.toThrow('--weighted needs the JSON that only --prompt lab asks for.');
  });

  it('judges a roll-out dialogue by dialogue, with one score for each', async () => {
    const rolled = await evaluated('rolled', 'roll-out');
    const path = file('rolled.jsonl');
    const start = ['--run', rolled, '--name', endpoint.model, '--repeats', '2', '--prompt', 'paper'];
    const [report] = await command(judgeCommand, ...start, '--requests', path);
    expect(report).toMatchObject({ requests: 4, of: 4 });
    const requests = await requestsIn(path);
    const asked = requests[0]?.body.messages[0]?.content ?? '';
    // The original dialogue, and the same seeker with the endpoint's echoes, which build on each other.
    expect(asked).toMatch(/Reference:\nSeeker: I am sad\nSupporter: Why is that\?\n/);
    expect(asked).toMatch(/Dialogue:\nSeeker: I am sad\nSupporter: You said: sad am I\nSeeker: My cat/);
    expect(asked.trimEnd().split('\n').at(-1)).toBe('Supporter: You said: Thanks');
    await writeFile(
      file('rolled-output.jsonl'),
      answersTo(requests, (i) => `[${i % 2}, 1, 2, 3]`),
    );
    const printed = await command(judgeCommand, '--run', rolled, '--answers', file('rolled-output.jsonl'));
    expect(printed.slice(0, 4).map(({ turn }) => turn)).toEqual([5, 5, 5, 5]);
    expect(printed.at(-2)).toMatchObject({
      replies: 2,
      words: expect.stringContaining('rest on 2 dialogues and 4 verdicts') as string,
    });
    const summary = summarySchema.parse(JSON.parse(await readFile(join(rolled, 'summary.json'), 'utf8')));
    expect(summary.cells[0]).toMatchObject({ replies: 6, metrics: { judge_engagement: { value: 0.5, n: 2 } } });
  });

  it.each([
    [['--requests', 'x.jsonl'], /--name is missing\. Give the name of the model/],
    [['--answers', 'nowhere.jsonl'], /nowhere\.jsonl: The answers cannot be read/],
    [['--answers', 'a', '--requests', 'b'], /cannot be given together/],
    [['--good', 'a'], /--good belongs to the validation/],
    [['--weighted'], /--weighted belongs to the validation/],
  ])('refuses %s', async (args, message) => {
    await expect(judged(...args)).rejects.toThrow(message);
  });

  it('says what is wrong with a file of answers, and stores nothing of it', async () => {
    const before = await readFile(join(run, 'verdicts.jsonl'), 'utf8');
    const reading = async (text: string) => {
      await writeFile(file('bad.jsonl'), text);
      return judged('--answers', file('bad.jsonl'));
    };
    const [first] = await requestsIn(file('requests.jsonl'));
    if (!first) throw new Error('No requests.');
    const good = answersTo([first], () => SCORES);
    await expect(reading(`${good}{"custom_id": "x"}\n`)).rejects.toThrow(/bad\.jsonl line 2: It is not an answer/);
    await expect(reading('')).rejects.toThrow(/bad\.jsonl: It contains no answers/);
    await expect(reading(good.replace(first.custom_id, 'request-7'))).rejects.toThrow(
      /bad\.jsonl: None of the 1 answers belongs to a request for this run/,
    );
    expect(await readFile(join(run, 'verdicts.jsonl'), 'utf8')).toBe(before);
    await expect(command(judgeCommand, '--answers', file('bad.jsonl'))).rejects.toThrow('--run is missing');
    await expect(command(judgeCommand, '--failed', 'x')).rejects.toThrow('--good is missing');
    await expect(command(judgeCommand, '--good', 'x')).rejects.toThrow('--failed is missing');
  });
});
