import type { DBSchema } from 'idb';
import { StoredDatabase } from './stored-database.ts';
import { comparisonSchema, type Comparison } from '../../core/conversation/comparison.ts';

interface Schema extends DBSchema {
  comparisons: { key: string; value: Comparison; indexes: { createdAt: number } };
}

const store = new StoredDatabase<Schema>('solace-comparisons', 1, 'comparisons', (database) => {
  database.createObjectStore('comparisons', { keyPath: 'id' }).createIndex('createdAt', 'createdAt');
});

/** All comparisons, newest first; invalid records are left out. */
export async function listComparisons(): Promise<Comparison[]> {
  const all = await store.use((database) => database.getAllFromIndex('comparisons', 'createdAt'));
  return all.flatMap((record) => comparisonSchema.safeParse(record).data ?? []).reverse();
}

export async function saveComparison(comparison: Comparison): Promise<void> {
  await store.use((database) => database.put('comparisons', comparison));
}

export async function deleteComparison(id: string): Promise<void> {
  await store.use((database) => database.delete('comparisons', id));
}

export async function deleteAllComparisons(): Promise<void> {
  await store.use((database) => database.clear('comparisons'));
}
