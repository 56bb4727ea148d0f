import { describe, expect, it } from 'vitest';
import { parseRunFile } from '../table/run-file.ts';
import { numbersOf } from '../evaluation/numbers.ts';
import type { ResultRecord } from '../evaluation/record.ts';
import { Explorer, type Selection } from './explorer.ts';
import { exportRows } from './export.ts';
import { currentName, dialogueNamed, labelsOf } from './labels.ts';
import { publishedRun, storedRun } from './open-run.ts';
import { EVERY_TURN } from './query.ts';
import { MADE_UP_LABELS, madeUpPlan, madeUpRecord, madeUpVerdict } from './testing/made-up-run.ts';

const PLAN = madeUpPlan(['base']);
const JUDGE = { id: 'gpt', name: 'GPT', rounds: 1, begunAt: 5 };
const records = [1, 2, 3].flatMap((d) =>
  ['raw', 'keypos'].map((representation, i) =>
    madeUpRecord({
      dialogue: `dialogue ${d}`,
      representation,
      reference: `Original reply 0 of ${d - 1}.`,
      hypothesis: `Reply ${d} ${representation}.`,
      scores: { rougeL: d / 10 + i },
    }),
  ),
);
const verdict = madeUpVerdict({ dialogue: 'dialogue 2', answers: ['{"engagement": 4}'] });
const selection = (changes: Partial<Selection['query']> = {}, other: string | null = null): Selection => ({
  run: 'a',
  query: { ...EVERY_TURN, ...changes },
  other,
  compared: 'rougeL',
});

function opened(all: readonly ResultRecord[] = records): Explorer {
  const explorer = new Explorer();
  explorer.open('a', storedRun(PLAN, all, [JUDGE], [verdict]));
  explorer.label('a', MADE_UP_LABELS);
  return explorer;
}

describe('Explorer', () => {
  it('knows the replies that a reply of a roll-out follows', () => {
    const own = [0, 2, 4].flatMap((turn) =>
      ['raw', 'keypos'].map((representation) =>
        madeUpRecord({
          dialogue: 'd',
          representation,
          turn,
          hypothesis: turn === 2 ? null : `${representation} ${turn}`,
        }),
      ),
    );
    const place = { model: own[0]?.model ?? '', representation: 'keypos', dialogue: 'd', turn: 4 };
    const explorer = opened([...own, madeUpRecord({ dialogue: 'other', representation: 'keypos', turn: 0 })]);
    expect([...explorer.earlierReplies('a', place)]).toEqual([[0, 'keypos 0']]);
    expect([...explorer.earlierReplies('a', { ...place, turn: 0 })]).toEqual([]);
  });

  it('describes a run before any reply is read', () => {
    const head = new Explorer().open('a', storedRun(PLAN, records, [JUDGE], [verdict]));
    expect(head).toMatchObject({ records: 6, failed: 0, withheld: false, judges: [JUDGE] });
    expect(head.measures).toEqual(expect.arrayContaining(['rougeL', 'perplexity', 'judge_mean']));
    expect(head.dialogues).toEqual(['dialogue 1', 'dialogue 2', 'dialogue 3']);
    expect(head.samples[0]).toEqual({ dialogue: 'dialogue 1', turn: 1, reference: 'Original reply 0 of 0.' });
  });

  it('gives pages of the replies that match, with the asked measures', () => {
    const explorer = opened();
    const sort = { by: 'rougeL', descending: true };
    const page = explorer.page(selection({ conditions: ['raw'], sort }), ['rougeL', 'judge_mean'], {
      offset: 1,
      limit: 1,
    });
    expect(page).toMatchObject({ replies: 3, turns: 3 });
    // Over all that match, not over the page: means of the scores 0.1, 0.2, 0.3 and of the one judgement.
    expect(page.totals).toMatchObject([{ group: { condition: 'raw' }, replies: 3 }]);
    expect(page.totals[0]?.values[0]).toBeCloseTo(0.2, 9);
    expect(page.totals[0]?.values[1]).toBeCloseTo(3.5, 9);
    expect(page.rows).toMatchObject([
      { dialogue: 'dialogue 2', scene: 'Grief', excerpt: 'Reply 2 raw.', values: [0.2, 3.5], other: null },
    ]);
  });

  it('opens a turn with every reply and verdict, between its neighbours in the order of the table', () => {
    const explorer = opened();
    const sort = { by: 'rougeL', descending: true };
    const turn = explorer.turn(selection({ sort }), { dialogue: 'dialogue 2', turn: 1 });
    expect(turn).toMatchObject({ reference: 'Original reply 0 of 1.', position: 2, turns: 3, others: [] });
    expect([turn?.previous?.dialogue, turn?.next?.dialogue]).toEqual(['dialogue 3', 'dialogue 1']);
    expect(turn?.replies.map(({ record, judgings }) => [record.hypothesis, judgings.length])).toEqual([
      ['Reply 2 raw.', 1],
      ['Reply 2 keypos.', 0],
    ]);
    expect(turn?.replies[0]?.judgings[0]?.verdicts[0]?.answers).toEqual(['{"engagement": 4}']);
    // A link opens a turn that the filter hides.
    const hidden = explorer.turn(selection({ words: 'nowhere' }), { dialogue: 'dialogue 2', turn: 1 });
    expect(hidden).toMatchObject({ position: null, previous: null, next: null, turns: 0 });
    expect(explorer.turn(selection(), { dialogue: 'dialogue 2', turn: 9 })).toBeUndefined();
  });

  it('compares two runs turn by turn', () => {
    const explorer = opened();
    const better = records.slice(0, 4).map((record) => ({ ...record, scores: { rougeL: 1 }, hypothesis: 'Better.' }));
    explorer.open('b', storedRun(PLAN, better, [], []));
    const page = explorer.page(selection({ conditions: ['raw'] }, 'b'), [], { offset: 0, limit: 9 });
    expect(page.rows.map(({ other, difference }) => [other, difference])).toEqual([
      [1, 0.9],
      [1, 0.8],
      [null, null],
    ]);
    const turn = explorer.turn(selection({}, 'b'), { dialogue: 'dialogue 1', turn: 1 });
    expect(turn?.others.map(({ record }) => record.hypothesis)).toEqual(['Better.', 'Better.']);
  });

  it('reads a run again when it has grown, and refuses one that is not open', () => {
    const explorer = opened(records.slice(0, 2));
    expect(explorer.page(selection(), [], { offset: 0, limit: 0 }).replies).toBe(2);
    explorer.open('a', storedRun(PLAN, records, [], []));
    expect(explorer.page(selection(), [], { offset: 0, limit: 0 }).replies).toBe(6);
    expect(() => explorer.page({ ...selection(), run: 'c' }, [], { offset: 0, limit: 1 })).toThrow('not open');
    expect(() => explorer.label('c', [])).toThrow('not open');
  });
});

describe('exportRows', () => {
  it('writes a run that can be imported, with the verdicts on its replies', () => {
    const { index, rows } = opened().selected(selection({ conditions: ['raw'] }));
    const file = parseRunFile(exportRows(index, rows, 'json'), 'test');
    expect(file.records).toEqual(records.filter(({ representation }) => representation === 'raw'));
    expect(file.verdicts).toEqual([verdict]);
    expect(exportRows(index, rows, 'csv').trim().split('\r\n')).toHaveLength(4);
    const none = opened().selected(selection({ conditions: ['keypos'] }));
    expect(parseRunFile(exportRows(none.index, none.rows, 'json'), 'test').verdicts).toEqual([]);
  });

  it('writes the numbers of a published run as they were', () => {
    const numbers = records.map(numbersOf);
    const texts = { records: null, verdicts: null, numbers: numbers.map((line) => JSON.stringify(line)).join('\n') };
    const explorer = new Explorer();
    explorer.open('a', publishedRun(PLAN, texts, 'test'));
    const { index, rows } = explorer.selected(selection());
    expect(JSON.parse(exportRows(index, rows, 'json'))).toEqual(numbers);
  });
});

describe('publishedRun', () => {
  it('reads records with their texts and verdicts where those were published', () => {
    const texts = {
      records: records.map((line) => JSON.stringify(line)).join('\n'),
      numbers: null,
      verdicts: `${JSON.stringify(verdict)}\n${JSON.stringify({ ...verdict, round: 2 })}\n`,
    };
    const { records: read, judgings } = publishedRun(PLAN, texts, 'test');
    expect(read[0]).toMatchObject({ hypothesis: 'Reply 1 raw.', withheld: false });
    expect(judgings.map(({ judge, verdicts }) => [judge.rounds, verdicts.length])).toEqual([[3, 2]]);
  });

  it('refuses a run without records, and damaged lines', () => {
    expect(() => publishedRun(PLAN, { records: null, numbers: null, verdicts: null }, 'test')).toThrow('not published');
    expect(() => publishedRun(PLAN, { records: '{}\n', numbers: null, verdicts: null }, 'test')).toThrow('test');
  });
});

describe('labels', () => {
  it('name the strategies of all utterances of a turn, and find dialogues under earlier names', () => {
    const dialogue = {
      id: 'dialogue 12',
      scene: 'Grief',
      utterances: [
        { speaker: 'seeker' as const, text: 'Hello.' },
        { speaker: 'supporter' as const, text: 'Hello.', strategy: 'Others' },
        { speaker: 'supporter' as const, text: 'How are you?', strategy: 'Question' },
        { speaker: 'seeker' as const, text: 'Low.' },
        { speaker: 'supporter' as const, text: 'Why?', strategy: 'Question' },
      ],
    };
    expect(labelsOf(dialogue, 'x.jsonl line 12')).toEqual({
      dialogue: 'x.jsonl line 12',
      scene: 'Grief',
      turns: [
        { turn: 1, reference: 'Hello. How are you?', strategies: ['Others', 'Question'] },
        { turn: 4, reference: 'Why?', strategies: ['Question'] },
      ],
    });
    expect(['x.json record 12', 'x.jsonl.gz line 12', 'mine'].map(currentName)).toEqual([
      'dialogue 12',
      'dialogue 12',
      'mine',
    ]);
    expect(dialogueNamed([dialogue], 'x.json record 12')).toBe(dialogue);
    expect(dialogueNamed([dialogue, { ...dialogue, id: 'x.json record 12' }], 'x.json record 12')?.id).toBe(
      'x.json record 12',
    );
    expect(dialogueNamed([dialogue], 'x.json record 13')).toBeUndefined();
  });
});
