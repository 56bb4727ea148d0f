import type { DBSchema, IDBPDatabase } from 'idb';
import { openDatabase } from './open-database.ts';
import { openingFailed, storageError } from './database.ts';
import { comparisonSchema, type Comparison } from '../../core/conversation/comparison.ts';

interface Schema extends DBSchema {
  comparisons: { key: string; value: Comparison; indexes: { createdAt: number } };
}

let database: Promise<IDBPDatabase<Schema>> | undefined;

function open(): Promise<IDBPDatabase<Schema>> {
  database ??= openDatabase<Schema>('solace-comparisons', 1, {
    upgrade(db) {
      db.createObjectStore('comparisons', { keyPath: 'id' }).createIndex('createdAt', 'createdAt');
    },
    terminated() {
      database = undefined;
    },
  }).catch(openingFailed);
  database.catch(() => (database = undefined));
  return database;
}

async function use<Result>(work: (database: IDBPDatabase<Schema>) => Promise<Result>): Promise<Result> {
  try {
    return await work(await open());
  } catch (error) {
    throw storageError(error, 'comparisons');
  }
}

/** All comparisons, newest first; records that no longer have the right shape are left out. */
export async function listComparisons(): Promise<Comparison[]> {
  const all = await use((database) => database.getAllFromIndex('comparisons', 'createdAt'));
  return all.flatMap((record) => comparisonSchema.safeParse(record).data ?? []).reverse();
}

export async function saveComparison(comparison: Comparison): Promise<void> {
  await use((database) => database.put('comparisons', comparison));
}

export async function deleteComparison(id: string): Promise<void> {
  await use((database) => database.delete('comparisons', id));
}

export async function deleteAllComparisons(): Promise<void> {
  await use((database) => database.clear('comparisons'));
}
