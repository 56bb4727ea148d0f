import type { DBSchema } from 'idb';
import type { FailedSelfTest } from '../../core/engine/self-test.ts';
import { StoredDatabase } from './stored-database.ts';

/** The result of a self-test: what passed, or all about what failed. */
export type KeptSelfTest =
  { passed: true; against: 'manifest' | 'processor' } | { passed: false; failed: FailedSelfTest };

interface Schema extends DBSchema {
  results: { key: string; value: KeptSelfTest };
}

const store = new StoredDatabase<Schema>('solace-self-tests', 1, 'self-tests', (database) => {
  database.createObjectStore('results');
});

/** The result under a key that names model, engine and device; undefined if there is none. */
export const keptSelfTest = (key: string): Promise<KeptSelfTest | undefined> =>
  store.use((database) => database.get('results', key));

export async function keepSelfTest(key: string, result: KeptSelfTest): Promise<void> {
  await store.use((database) => database.put('results', result, key));
}
