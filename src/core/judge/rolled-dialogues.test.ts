import { describe, expect, it } from 'vitest';
import { openRequests } from './batch.ts';
import { judgedOf, judgeRun, type JudgingEvent } from './judge-run.ts';
import { countJudged, judgedText } from './rolled-dialogues.ts';
import { judgeOfRun } from './run-verdict.ts';
import { fakeJudge, scores } from './testing/fake-judge.ts';
import { lines, record, turns } from './testing/two-turns.ts';

const said = (speaker: 'seeker' | 'supporter', text: string) => ({ speaker, text });
const ROLL_OUT = { mode: 'roll-out' } as const;
/** Under one condition finished, under another failed, under a third in the making. */
const records = [
  record('raw', 1, 'mine 1'),
  record('raw', 3, 'mine 2'),
  record('keypos', 1, 'other 1'),
  record('keypos', 3, null),
  record('nostopwords', 1, 'third 1'),
];

describe('a roll-out is judged', () => {
  it('dialogue by dialogue, once finished, with the original one as reference', () => {
    const judged = judgedOf(ROLL_OUT, turns, records);
    expect(judged).toEqual([
      {
        place: { model: 'm', representation: 'raw', dialogue: 'd', turn: 3 },
        lines: [said('seeker', 'one'), said('supporter', 'mine 1'), said('seeker', 'two'), said('supporter', 'mine 2')],
        original: lines.slice(0, 4),
      },
    ]);
    expect(judgedOf({}, turns, records)).toHaveLength(4);
    expect(countJudged(ROLL_OUT, records)).toBe(1);
    expect(countJudged({}, records)).toBe(4);
    expect(records.slice(0, 2).map(judgedText(ROLL_OUT, records))).toEqual(['mine 1\nmine 2', 'mine 1\nmine 2']);
    expect(records.map(judgedText({}, records))).toEqual(['mine 1', 'mine 2', 'other 1', '', 'third 1']);
  });

  it.each(['lab', 'paper'] as const)('at once and as a batch with the same question (%s)', async (wording) => {
    const judged = judgedOf(ROLL_OUT, turns, records);
    const judge = judgeOfRun([], { model: 'j', name: 'J', rounds: 2, wording });
    const model = fakeJudge(JSON.stringify(scores(2)));
    const events: JudgingEvent[] = [];
    for await (const event of judgeRun({ judge, judged, done: new Set(), openModel: () => Promise.resolve(model) }))
      events.push(event);
    const verdicts = events.flatMap((event) => (event.type === 'verdict' ? event.verdict : []));
    expect(verdicts).toMatchObject([
      { representation: 'raw', dialogue: 'd', turn: 3, round: 0, wording, scores: scores(2) },
      { representation: 'raw', dialogue: 'd', turn: 3, round: 1, wording, scores: scores(2) },
    ]);
    const asked = openRequests({ judge, verdicts: [] }, judged).map(({ messages }) => messages.at(-1)?.content);
    expect(asked).toEqual(model.asked);
    const [content = ''] = asked;
    const original = 'Seeker: one\nSupporter: gold 1\nSeeker: two\nSupporter: gold 2';
    expect(content).toContain(original);
    expect(content).toContain(original.replaceAll('gold', 'mine'));
    expect(content).not.toContain('bye');
    expect(content.indexOf('gold')).toBeLessThan(content.indexOf('mine'));
  });
});
