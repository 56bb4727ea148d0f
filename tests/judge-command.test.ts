import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { judgeCommand } from '../src/node/commands/judge.ts';
import { readLines, writeChats } from './harness/chats.ts';
import { startEndpoint, type Endpoint } from './harness/endpoint.ts';

let folder: string;
let chats: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-judge-'));
  chats = await writeChats(folder);
});
afterAll(() => rm(folder, { recursive: true }));

/** The arguments that judge the same dialogues as good and as failed ones. */
function judgeArguments({ url, model }: Endpoint, dialogues: number, repeats: number, ...more: string[]): string[] {
  const data = ['--good', chats, '--failed', chats, '--dialogues', String(dialogues), '--repeats', String(repeats)];
  return [...data, '--endpoint', url, '--name', model, ...more];
}

describe('npm run lab -- judge', () => {
  it('requests the schema, counts what cannot be read and invents no score', async () => {
    const endpoint = await startEndpoint();
    const lines: string[] = [];
    try {
      const args = judgeArguments(endpoint, 1, 1);
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
      const args = judgeArguments(endpoint, 2, 1);
      await judgeCommand.run(args, () => undefined, new AbortController().signal);
      expect(stderr.mock.calls.map(([text]) => String(text)).join('')).toContain(
        `4 of 4 dialogues have no result. The first says: ${reason}`,
      );
    } finally {
      stderr.mockRestore();
      await endpoint.close();
    }
  });

  it('stores raw answers, queries concurrently, waits for a busy server and resumes', async () => {
    const endpoint = await startEndpoint();
    endpoint.answer = () => '{"engagement": 1, "comforting": 2, "appropriateness": 3, "suggestion": 4}';
    const out = join(folder, 'judged');
    const judged = async (...more: string[]) => {
      const lines: string[] = [];
      const args = judgeArguments(endpoint, 3, 2, '--out', out, ...more);
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
