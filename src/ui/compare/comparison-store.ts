import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { comparisonSchema, type Comparison } from './comparison.ts';

interface Schema extends DBSchema {
  comparisons: { key: string; value: Comparison; indexes: { createdAt: number } };
}

let database: Promise<IDBPDatabase<Schema>> | undefined;

function open(): Promise<IDBPDatabase<Schema>> {
  database ??= openDB<Schema>('solace-comparisons', 1, {
    upgrade(db) {
      db.createObjectStore('comparisons', { keyPath: 'id' }).createIndex('createdAt', 'createdAt');
    },
    terminated() {
      database = undefined;
    },
  });
  database.catch(() => (database = undefined));
  return database;
}

/** All comparisons, newest first; records that no longer have the right shape are left out. */
export async function listComparisons(): Promise<Comparison[]> {
  const all = await (await open()).getAllFromIndex('comparisons', 'createdAt');
  return all.flatMap((record) => comparisonSchema.safeParse(record).data ?? []).reverse();
}

export async function saveComparison(comparison: Comparison): Promise<void> {
  await (await open()).put('comparisons', comparison);
}

export async function deleteComparison(id: string): Promise<void> {
  await (await open()).delete('comparisons', id);
}

export async function deleteAllComparisons(): Promise<void> {
  await (await open()).clear('comparisons');
}
