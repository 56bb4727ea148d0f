import { describe, expect, it } from 'vitest';
import { EVERY_TURN } from '../../src/core/explorer/query.ts';
import { MADE_UP_LABELS, madeUpPlan, madeUpRecord } from '../../src/core/explorer/testing/made-up-run.ts';
import { parseRunFile, writeRunFile } from '../../src/core/table/run-file.ts';
import { useFakeIndexedDb } from '../../tests/harness/fake-indexeddb.ts';
import { tableHandlers } from './handlers.ts';

useFakeIndexedDb();

const PLAN = madeUpPlan(['base']);
const RECORDS = [1, 2, 3].flatMap((d) =>
  ['raw', 'keypos'].map((representation, i) =>
    madeUpRecord({
      dialogue: `dialogue ${d}`,
      representation,
      reference: `Original reply 0 of ${d - 1}.`,
      scores: { rougeL: d / 10 + i },
    }),
  ),
);
const context = { signal: new AbortController().signal, emit: () => undefined };

describe('the table worker', () => {
  it('stores an imported run, and explores, counts and exports it from there', async () => {
    const handlers = tableHandlers();
    const file = new File([writeRunFile(PLAN, RECORDS.length, RECORDS)], 'run.json');
    const run = await handlers.importFiles({ files: [file], id: 'a', createdAt: 5 }, context);
    expect(run).toEqual({ id: 'a', plan: PLAN, total: 6, createdAt: 5 });
    expect(await handlers.countJudged({ id: 'a', plan: PLAN }, context)).toBe(6);
    expect(await handlers.meanTime(['base'], context)).toBe(30);
    expect(await handlers.meanTime(['other'], context)).toBeNull();

    const options = { machine: 'test', expected: 6, resamples: 10, permutations: 10 };
    const summary = await handlers.summarise({ id: 'a', plan: PLAN, options, judge: undefined }, context);
    expect(summary).toMatchObject({ finished: true, records: 6 });
    const json = await handlers.exportStored({ id: 'a', plan: PLAN, total: 6, form: 'json' }, context);
    expect(parseRunFile(json, 'test').records).toHaveLength(6);
    expect(await handlers.exportStored({ id: 'a', plan: PLAN, total: 6, form: 'csv' }, context)).toContain('rougeL');

    expect(await handlers.openStored({ id: 'a', plan: PLAN }, context)).toMatchObject({ records: 6 });
    const facets = await handlers.label({ id: 'a', labels: [...MADE_UP_LABELS] }, context);
    expect(facets.scenes).toEqual([
      { name: 'Grief', count: 2 },
      { name: 'Job crisis', count: 2 },
    ]);
    const query = { ...EVERY_TURN, conditions: ['raw'] };
    const selection = { run: 'a', query, other: null, compared: 'rougeL' };
    const page = await handlers.page({ selection, columns: ['rougeL'], offset: 0, limit: 2 }, context);
    expect([page.replies, page.rows.map(({ values }) => values)]).toEqual([3, [[0.1], [0.2]]]);
    const place = { dialogue: 'dialogue 2', turn: 1 };
    expect((await handlers.turn({ selection, place }, context))?.replies).toHaveLength(2);
    expect(await handlers.turn({ selection, place: { ...place, turn: 9 } }, context)).toBeNull();
    expect((await handlers.distribution({ selection, measure: 'rougeL' }, context)).groups).toMatchObject([{ n: 3 }]);
    expect((await handlers.scatter({ selection, x: 'rougeL', y: 'perplexity' }, context)).groups).toMatchObject([
      { n: 3 },
    ]);
    expect((await handlers.slices({ selection, measure: 'rougeL', by: 'scene' }, context)).slices).toHaveLength(3);
    const exported = await handlers.exportRows({ selection, form: 'json' }, context);
    expect(parseRunFile(await exported.text(), 'test').records).toHaveLength(3);
  });

  it('opens a published run from the texts of its files, and refuses a file that is no run', async () => {
    const handlers = tableHandlers();
    const records = RECORDS.map((record) => JSON.stringify(record)).join('\n');
    const texts = { records, numbers: null, verdicts: null };
    expect(await handlers.openPublished({ id: 'p', plan: PLAN, texts }, context)).toMatchObject({ records: 6 });
    const file = new File(['{}'], 'x.json');
    await expect(handlers.importFiles({ files: [file], id: 'b', createdAt: 1 }, context)).rejects.toMatchObject({
      code: 'bad-file',
    });
    const folder = [new File([JSON.stringify(PLAN)], 'plan.json'), new File([records], 'records.jsonl')];
    const run = await handlers.importFiles({ files: folder, id: 'c', createdAt: 1 }, context);
    expect(run).toMatchObject({ plan: { name: PLAN.name }, total: 6 });
  });
});
