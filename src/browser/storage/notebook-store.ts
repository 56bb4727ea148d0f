import type { DBSchema, IDBPDatabase } from 'idb';
import { openDatabase } from './open-database.ts';
import { openingFailed, storageError } from './database.ts';

/** A notebook that a person edited, copied or brought in. */
export interface StoredNotebook {
  /** The name of the built-in notebook that it was forked from in place, else an id of its own. */
  id: string;
  title: string;
  /** Observable's notebook 2.0 HTML. */
  html: string;
  /** Came from a file: its code waits for the person's word each time it is opened. */
  imported: boolean;
  /** Milliseconds since 1970. */
  updatedAt: number;
}

interface Schema extends DBSchema {
  notebooks: { key: string; value: StoredNotebook };
}

let opening: Promise<IDBPDatabase<Schema>> | undefined;

function open(): Promise<IDBPDatabase<Schema>> {
  opening ??= openDatabase<Schema>('solace-notebooks', 1, {
    upgrade: (database) => void database.createObjectStore('notebooks', { keyPath: 'id' }),
    terminated: () => (opening = undefined),
  }).catch((error: unknown) => {
    opening = undefined;
    return openingFailed(error);
  });
  return opening;
}

async function use<Result>(work: (database: IDBPDatabase<Schema>) => Promise<Result>): Promise<Result> {
  try {
    return await work(await open());
  } catch (error) {
    throw storageError(error, 'notebooks');
  }
}

/** The person's notebooks, the latest first. All functions may reject with `quota` or `unsupported`. */
export const listNotebooks = (): Promise<StoredNotebook[]> =>
  use(async (database) => (await database.getAll('notebooks')).sort((a, b) => b.updatedAt - a.updatedAt));

export const getNotebook = (id: string): Promise<StoredNotebook | undefined> =>
  use((database) => database.get('notebooks', id));

export const putNotebook = (notebook: StoredNotebook): Promise<unknown> =>
  use((database) => database.put('notebooks', notebook));

export const deleteNotebook = (id: string): Promise<void> => use((database) => database.delete('notebooks', id));
