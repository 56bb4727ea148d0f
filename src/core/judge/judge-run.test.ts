import { describe, expect, it } from 'vitest';
import type { LoadedModel } from '../engine/engine.ts';
import { judgeRun, repliesOf } from './judge-run.ts';
import { record as recordOf } from './testing/two-turns.ts';
import { replyScores, runVerdictSchema, verdictKey, type RunVerdict } from './run-verdict.ts';

const turns = [1, 3].map((turn) => ({
  dialogue: 'd',
  turn,
  before: [{ speaker: 'seeker' as const, text: 'I lost my job.' }],
  reference: 'That is hard.',
}));
const record = (turn: number, hypothesis: string | null) => recordOf('raw', turn, hypothesis);
const SCORES = '{"engagement": 1, "comforting": 2, "appropriateness": 3, "suggestion": 4}';

function fakeJudge(answers: string[]): LoadedModel {
  let asked = 0;
  return {
    info: {
      modelId: 'j',
      engine: 'openai',
      device: 'remote',
      features: { seed: true, topK: true, resumes: true },
      contextWindow: null,
    },
    async *stream() {
      yield { type: 'text', text: answers[asked++] ?? SCORES };
      yield { type: 'done', reason: 'stop', stats: { promptTokens: 1, newTokens: 1, firstTokenMs: 1, decodeMs: 1 } };
    },
    unload: () => Promise.resolve(),
  };
}

describe('judgeRun', () => {
  it('resumes after existing verdicts, and counts refused and unreadable answers', async () => {
    const replies = repliesOf(turns, [record(1, 'a'), record(3, 'b'), record(5, 'no such turn')]);
    expect(replies).toHaveLength(2);
    const done: RunVerdict[] = [];
    const begin = async (answers: string[], most: number) => {
      for await (const event of judgeRun({
        judge: { id: 'j', rounds: 2 },
        judged: replies,
        done: new Set(done.map(verdictKey)),
        openModel: () => Promise.resolve(fakeJudge(answers)),
      })) {
        if (event.type === 'verdict') done.push(event.verdict);
        if (done.length === most) return;
      }
    };
    await begin([SCORES], 1);
    await begin(["I'm sorry, I can't.", 'hm', SCORES], 4);
    expect(
      done
        .map((each) => runVerdictSchema.parse(each))
        .map(({ turn, round, refused, unreadable }) => [turn, round, refused, unreadable]),
    ).toEqual([
      [1, 0, false, 0],
      [3, 0, true, 0],
      [1, 1, false, 1],
      [3, 1, false, 0],
    ]);
    expect(done.map(({ answers }) => answers)).toEqual([[SCORES], ["I'm sorry, I can't."], ['hm', SCORES], [SCORES]]);
    expect([...replyScores(done).values()].map(({ variance }) => variance)).toEqual([0, null]);
  });
});
