import { describe, expect, it } from 'vitest';
import { LabError } from '../error.ts';
import type { JudgeRequest } from './request.ts';
import { openRequests, readBatch, type BatchRequest } from './batch.ts';
import { judgeRun, type RunReply } from './judge-run.ts';
import { judgeOfRun, runVerdictSchema, type RunVerdicts } from './run-verdict.ts';
import { fakeJudge, scores } from './testing/fake-judge.ts';

const replies: RunReply[] = [1, 3].map((turn) => ({
  place: { model: 'm', representation: 'raw', dialogue: 'd', turn },
  context: [{ speaker: 'seeker', text: `I lost my job ${turn}.` }],
  candidate: `Oh no, ${turn}.`,
  reference: 'That is hard.',
}));
const SCORES = JSON.stringify(scores(1, 2, 3, 4));
const NO_ANSWERS = { judge: judgeOfRun([], { model: 'far', name: 'Far', rounds: 2 }), verdicts: [] };

/** A model that gives one answer, or fails. */
function answering(answer: string | LabError) {
  const model = fakeJudge(typeof answer === 'string' ? answer : '');
  if (typeof answer !== 'string')
    // eslint-disable-next-line require-yield -- it fails before its first word
    model.stream = async function* () {
      throw answer;
    };
  return model;
}

const answered = (requests: readonly BatchRequest[], ...answers: (string | LabError)[]) =>
  requests.flatMap(({ id }, i) => {
    const answer = answers[i];
    return answer === undefined ? [] : [{ id, model: answering(answer) }];
  });

describe('a batch', () => {
  it('asks what a judge that answers at once is asked', async () => {
    const asked: JudgeRequest[] = [];
    const model = { ...fakeJudge('hm'), info: { ...fakeJudge('').info, contextWindow: null } };
    const { stream } = model;
    model.stream = (messages, decoding) => {
      asked.push({ messages, decoding });
      return stream(messages, decoding);
    };
    const verdicts = [];
    for await (const event of judgeRun({
      judge: NO_ANSWERS.judge,
      judged: replies,
      done: new Set(),
      openModel: () => Promise.resolve(model),
    }))
      if (event.type === 'verdict') verdicts.push(event.verdict);

    // Each attempt of the live judge is one batch here, because no answer can be read.
    const batches: JudgeRequest[] = [];
    let judging: RunVerdicts = NO_ANSWERS;
    for (let open = openRequests(judging, replies); open.length > 0; open = openRequests(judging, replies)) {
      batches.push(...open.map(({ messages, decoding }) => ({ messages, decoding })));
      const read = await readBatch([judging], replies, answered(open, 'hm', 'hm', 'hm', 'hm'));
      judging = read.judgings[0] ?? judging;
    }
    expect(asked).toHaveLength(12);
    const sorted = (requests: JudgeRequest[]) => requests.map((each) => JSON.stringify(each)).sort();
    expect(sorted(batches)).toEqual(sorted(asked));
    const byKey = (a: { turn: number; round: number }, b: { turn: number; round: number }) =>
      a.round - b.round || a.turn - b.turn;
    expect(judging.verdicts.toSorted(byKey)).toEqual(verdicts.toSorted(byKey));
  });

  it('counts answers as a live judge does, and asks again what is not decided', async () => {
    const open = openRequests(NO_ANSWERS, replies);
    const failure = new LabError({ code: 'bad-data', where: 'batch', what: 'The batch expired.' });
    const first = await readBatch([NO_ANSWERS], replies, answered(open, SCORES, "I'm sorry, I can't.", 'hm', failure));
    expect(first.read.map((each) => runVerdictSchema.parse(each))).toMatchObject([
      {
        turn: 1,
        round: 0,
        wording: 'lab',
        scores: scores(1, 2, 3, 4),
        refused: false,
        unreadable: 0,
        answers: [SCORES],
      },
      { turn: 3, round: 0, scores: null, refused: true, unreadable: 0 },
      { turn: 1, round: 1, scores: null, refused: false, unreadable: 1, answers: ['hm'] },
      { turn: 3, round: 1, scores: null, refused: false, unreadable: 0, error: 'batch: The batch expired.' },
    ]);
    const [judging = NO_ANSWERS] = first.judgings;
    const again = openRequests(judging, replies);
    expect(again.map(({ id }) => id.slice(-4))).toEqual(['-1-1', '-1-0']);
    expect(again[0]?.decoding.seed).not.toBe(open[2]?.decoding.seed);
    const second = await readBatch([judging], replies, [...answered(again, SCORES, SCORES), ...answered(open, SCORES)]);
    expect(second).toMatchObject({ repeated: 1, foreign: 0 });
    expect(second.judgings[0]?.verdicts).toHaveLength(4);
    expect(second.read).toMatchObject([
      { turn: 3, round: 1, scores: scores(1, 2, 3, 4), unreadable: 0, answers: [SCORES] },
      { turn: 1, round: 1, scores: scores(1, 2, 3, 4), unreadable: 1, answers: ['hm', SCORES] },
    ]);
    expect(second.read[0]?.error).toBeUndefined();
    expect(openRequests(second.judgings[0] ?? NO_ANSWERS, replies)).toEqual([]);
  });

  it("asks with the paper's prompt, reads its lists and says so in the verdict", async () => {
    const judge = judgeOfRun([], { model: 'far', name: 'Far', rounds: 1, wording: 'paper' });
    expect(judge).toMatchObject({
      id: "far, paper's prompt",
      model: 'far',
      name: "Far, paper's prompt",
      wording: 'paper',
    });
    const open = openRequests({ judge, verdicts: [] }, replies);
    expect(open[0]?.messages[0]?.content).toMatch(/Output a list with the four scores\./);
    expect(open[0]?.decoding).not.toHaveProperty('jsonSchema');
    const { read } = await readBatch(
      [NO_ANSWERS, { judge, verdicts: [] }],
      replies,
      answered(open, '[1, 2, 3, 4]', SCORES),
    );
    expect(read).toMatchObject([
      { judge: judge.id, wording: 'paper', scores: scores(1, 2, 3, 4), repaired: false },
      { judge: judge.id, wording: 'paper', scores: scores(1, 2, 3, 4) },
    ]);
    expect(judgeOfRun([judge], { model: 'far', name: 'Far', rounds: 3, wording: 'paper' })).toEqual({
      ...judge,
      rounds: 3,
    });
  });

  it('recognises answers of another run, judge, prompt or reply', async () => {
    const open = openRequests(NO_ANSWERS, replies);
    const other = { ...NO_ANSWERS, judge: { ...NO_ANSWERS.judge, id: 'other' } };
    const changed = replies.map((each) => ({ ...each, candidate: `${each.candidate} Well.` }));
    for (const [judging, of] of [
      [other, replies],
      [NO_ANSWERS, changed],
    ] as const)
      await expect(readBatch([judging], of, answered(open, SCORES, SCORES))).rejects.toThrow(
        'None of the 2 answers belongs to a request for this run.',
      );
    const strangers = [{ id: 'request-1', model: answering(SCORES) }, ...answered(open, SCORES)];
    expect(await readBatch([NO_ANSWERS], replies, strangers)).toMatchObject({ foreign: 1, read: [{ turn: 1 }] });
    expect(new Set(open.map(({ id }) => id)).size).toBe(4);
    for (const { id } of open) expect(id).toMatch(/^[\w-]{1,64}$/);
  });
});
