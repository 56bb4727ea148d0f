import { openDB } from 'idb';
import { describe, expect, it } from 'vitest';
import type { RunJudge, RunVerdict } from '../../core/judge/run-verdict.ts';
import { parsePlan } from '../../core/evaluation/plan.ts';
import { recordKey, type ResultRecord } from '../../core/evaluation/record.ts';
import { RunStore, type StoredRun } from './run-store.ts';
import { useFakeIndexedDb } from '../../../tests/harness/fake-indexeddb.ts';

useFakeIndexedDb();

const plan = parsePlan({
  format: 'solace-lab-plan',
  version: 1,
  name: 'test',
  dataset: { name: 'x', source: 'built-in' },
  models: [{ kind: 'lab', id: 'endpoint:host:model', name: 'M' }],
});
const run = (id: string, createdAt: number): StoredRun => ({ id, plan, total: 2, createdAt });
const record = (turn: number): ResultRecord => ({
  model: 'm',
  representation: 'raw',
  dialogue: 'd',
  turn,
  reference: 'r',
  hypothesis: 'h',
  promptTokens: null,
  leftOut: 0,
  nll: null,
  timing: null,
  scores: { chrf2: 1, rougeL: [1, 1, 1] },
});
const ratings = (rater: string) => ({
  format: 'solace-lab-ratings' as const,
  version: 1 as const,
  rater,
  seed: 1,
  first: 'm raw',
  second: 'm keypos',
  ratings: [],
});
const judge: RunJudge = { id: 'j', name: 'J', rounds: 2, begunAt: 1 };
const verdict = (turn: number, round: number, of = 'j'): RunVerdict => ({
  judge: of,
  model: 'm',
  representation: 'raw',
  dialogue: 'd',
  turn,
  round,
  scores: null,
  refused: true,
  unreadable: 0,
  repaired: false,
});

describe('RunStore', () => {
  it('notes when a run was started first, and creates none', async () => {
    const store = new RunStore('runs-begun');
    await store.create(run('a', 1), [record(1)]);
    await store.begin('a', 5);
    await store.begin('a', 9);
    await store.begin('b', 9);
    expect(await store.list()).toEqual([{ run: { ...run('a', 1), startedAt: 5 }, done: 1 }]);
    await store.close();
  });

  it('keeps records by run and turn, once each, and lists the latest run first', async () => {
    const store = new RunStore('runs-1');
    await store.create(run('a', 1));
    await store.create(run('b', 2), [record(1)]);
    await store.append('a', record(1));
    await store.append('a', record(3));
    await store.append('a', { ...record(3), hypothesis: 'again' });
    expect((await store.list()).map(({ run: { id }, done }) => [id, done])).toEqual([
      ['b', 1],
      ['a', 2],
    ]);
    expect((await store.records('a')).map(({ hypothesis }) => hypothesis)).toEqual(['h', 'again']);
    expect(await store.recordKeys('a')).toEqual((await store.records('a')).map(recordKey));
    expect(await store.records('b')).toEqual([record(1)]);
    await store.close();
  });

  it('removes a run with everything that belongs to it, and nothing else', async () => {
    const store = new RunStore('runs-2');
    await store.create(run('a', 1), [record(1)]);
    await store.create(run('ab', 2), [record(1)]);
    await store.saveRatings('a', ratings('x'));
    await store.saveRatings('a', ratings('y'));
    await store.saveRatings('a', ratings('y'));
    expect((await store.ratings('a', 'm raw', 'm keypos')).map(({ rater }) => rater)).toEqual(['x', 'y']);
    expect(await store.ratings('a', 'm raw', 'other')).toEqual([]);
    await store.remove('a');
    expect(await store.get('a')).toBeUndefined();
    expect([await store.records('a'), await store.ratings('a', 'm raw', 'm keypos')]).toEqual([[], []]);
    expect(await store.records('ab')).toHaveLength(1);
    await store.close();
  });

  it('keeps verdicts by judge, reply and round, and removes them with their run', async () => {
    const store = new RunStore('runs-3');
    await store.create(run('a', 1), [record(1)], { judges: [judge], verdicts: [verdict(1, 0)] });
    await store.create(run('b', 2), [record(1)], { judges: [judge], verdicts: [verdict(1, 0)] });
    await store.appendVerdict('a', verdict(1, 1));
    await store.appendVerdict('a', verdict(1, 1));
    await store.saveJudge('a', { ...judge, id: 'jj' });
    await store.appendVerdict('a', verdict(1, 0, 'jj'));
    expect((await store.judges('a')).map(({ id }) => id)).toEqual(['j', 'jj']);
    expect(await store.verdicts('a', 'j')).toEqual([verdict(1, 0), verdict(1, 1)]);
    expect([(await store.verdicts('a')).length, await store.countVerdicts('a', 'j')]).toEqual([3, 2]);
    await store.remove('a');
    expect([await store.judges('a'), await store.verdicts('a')]).toEqual([[], []]);
    expect([await store.judges('b'), await store.verdicts('b')]).toEqual([[judge], [verdict(1, 0)]]);
    await store.close();
  });

  it('migrates a database of version 1 without loss', async () => {
    const old = await openDB('runs-4', 1, {
      upgrade(database) {
        database.createObjectStore('runs', { keyPath: 'id' });
        for (const name of ['records', 'ratings']) database.createObjectStore(name);
      },
    });
    await old.put('runs', run('a', 1));
    await old.put('records', record(1), ['a', 'key']);
    await old.put('ratings', ratings('x'), ['a', 'm raw', 'm keypos', 'x']);
    old.close();
    const store = new RunStore('runs-4');
    expect([await store.get('a'), await store.records('a'), await store.ratings('a', 'm raw', 'm keypos')]).toEqual([
      run('a', 1),
      [record(1)],
      [ratings('x')],
    ]);
    await store.appendVerdict('a', verdict(1, 0));
    expect(await store.verdicts('a', 'j')).toHaveLength(1);
    await store.close();
  });
});
