import type { DBSchema } from 'idb';
import type { Malformed } from '../../core/dataset/collect.ts';
import type { Dialogue } from '../../core/dataset/dialogue.ts';
import type { FormatId } from '../../core/dataset/formats/index.ts';
import { keysUnder, StoredDatabase } from './stored-database.ts';

/** A dataset's metadata, without its dialogues. */
export interface DatasetHead {
  id: string;
  name: string;
  format: FormatId;
  dialogues: number;
  utterances: number;
  /** Number of records left out; the first thousand are listed in `bad`. */
  badCount: number;
  bad: Malformed[];
  /** Size of its source files in bytes. */
  bytes: number;
  /** Milliseconds since 1970. */
  addedAt: number;
}

interface Schema extends DBSchema {
  heads: { key: string; value: DatasetHead };
  /** Blocks of dialogues, in order: one record for each would make an import take minutes. */
  blocks: { key: [dataset: string, block: number]; value: Dialogue[] };
}

const BLOCK = 200;

/** Imported datasets in IndexedDB. Every method may reject as `StoredDatabase.use` does. */
export class DatasetStore {
  readonly #database: StoredDatabase<Schema>;

  constructor(name = 'solace-datasets') {
    this.#database = new StoredDatabase(name, 1, 'datasets', (database) => {
      database.createObjectStore('heads', { keyPath: 'id' });
      database.createObjectStore('blocks');
    });
  }

  /** Latest first. */
  heads(): Promise<DatasetHead[]> {
    return this.#database.use(async (database) =>
      (await database.getAll('heads')).sort((a, b) => b.addedAt - a.addedAt),
    );
  }

  head(id: string): Promise<DatasetHead | undefined> {
    return this.#database.use((database) => database.get('heads', id));
  }

  dialogues(id: string): Promise<Dialogue[]> {
    return this.#database.use(async (database) => (await database.getAll('blocks', keysUnder(id))).flat());
  }

  /** Writes a dataset atomically. */
  add(head: DatasetHead, dialogues: readonly Dialogue[]): Promise<void> {
    return this.#database.use(async (database) => {
      const transaction = database.transaction(['heads', 'blocks'], 'readwrite');
      const writes: Promise<unknown>[] = [transaction.objectStore('heads').put(head)];
      for (let at = 0; at < dialogues.length; at += BLOCK) {
        writes.push(transaction.objectStore('blocks').put(dialogues.slice(at, at + BLOCK), [head.id, at / BLOCK]));
      }
      await Promise.all([...writes, transaction.done]);
    });
  }

  remove(id: string): Promise<void> {
    return this.#database.use(async (database) => {
      const transaction = database.transaction(['heads', 'blocks'], 'readwrite');
      await Promise.all([
        transaction.objectStore('heads').delete(id),
        transaction.objectStore('blocks').delete(keysUnder(id)),
        transaction.done,
      ]);
    });
  }
}
