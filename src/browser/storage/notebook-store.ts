import type { DBSchema } from 'idb';
import { StoredDatabase } from './stored-database.ts';

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

const store = new StoredDatabase<Schema>('solace-notebooks', 1, 'notebooks', (database) => {
  database.createObjectStore('notebooks', { keyPath: 'id' });
});

/** The person's notebooks, the latest first. All functions may reject with `quota` or `unsupported`. */
export const listNotebooks = (): Promise<StoredNotebook[]> =>
  store.use(async (database) => (await database.getAll('notebooks')).sort((a, b) => b.updatedAt - a.updatedAt));

export const getNotebook = (id: string): Promise<StoredNotebook | undefined> =>
  store.use((database) => database.get('notebooks', id));

export const putNotebook = (notebook: StoredNotebook): Promise<unknown> =>
  store.use((database) => database.put('notebooks', notebook));

export const deleteNotebook = (id: string): Promise<void> => store.use((database) => database.delete('notebooks', id));
