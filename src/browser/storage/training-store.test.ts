import { describe, expect, it } from 'vitest';
import { newRun } from '../../core/training/run-state.ts';
import { deleteTraining, getTraining, listTrainings, putTraining, type StoredTraining } from './training-store.ts';
import { useFakeIndexedDb } from '../../../tests/harness/fake-indexeddb.ts';

useFakeIndexedDb();

const weights = (...values: number[]): Map<string, Float32Array> => new Map([['a', Float32Array.from(values)]]);
const run = (name: string, savedAt: number): StoredTraining => ({
  name,
  state: { ...newRun('f'), update: 3 },
  adapter: weights(1, 2),
  moments: { updates: 3, first: weights(3), second: weights(4) },
  best: weights(5),
  rows: [{ step: 1, epoch: 0.5, trainLoss: 2 }],
  total: 8,
  ended: false,
  startedAt: 1,
  savedAt,
});

describe('the store of training runs', () => {
  it('returns what was stored, latest first, and deletes only what it should', async () => {
    await putTraining(run('old', 1));
    await putTraining(run('new', 2));
    expect((await listTrainings()).map(({ name }) => name)).toEqual(['new', 'old']);
    expect(await getTraining('old')).toEqual(run('old', 1));
    await deleteTraining('new');
    expect(await getTraining('new')).toBeUndefined();
    expect((await listTrainings()).map(({ name }) => name)).toEqual(['old']);
  });

  it('replaces a run of the same name', async () => {
    await putTraining(run('mine', 1));
    await putTraining({ ...run('mine', 2), ended: true });
    expect(await getTraining('mine')).toMatchObject({ savedAt: 2, ended: true });
  });

  it('names a record that it cannot read', async () => {
    const damaged = run('damaged', 1);
    await putTraining({ ...damaged, state: { ...damaged.state, update: -1 } });
    await expect(getTraining('damaged')).rejects.toMatchObject({ code: 'bad-file', detail: { where: 'damaged' } });
  });
});
