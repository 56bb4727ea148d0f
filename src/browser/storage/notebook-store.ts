import type { DBSchema } from 'idb';
import { StoredDatabase } from './stored-database.ts';

/** A notebook that a person edited, copied or imported. */
export interface StoredNotebook {
  /** The name of the built-in notebook that it replaces, else its own id. */
  id: string;
  title: string;
  /** Observable's notebook 2.0 HTML. */
  html: string;
  /** Whether it was imported: then its code needs the person's permission each time it is opened. */
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

/** The person's notebooks, latest first. All functions may reject with `quota` or `unsupported`. */
export const listNotebooks = (): Promise<StoredNotebook[]> =>
  store.use(async (database) => (await database.getAll('notebooks')).sort((a, b) => b.updatedAt - a.updatedAt));

export const getNotebook = (id: string): Promise<StoredNotebook | undefined> =>
  store.use((database) => database.get('notebooks', id));

export const putNotebook = (notebook: StoredNotebook): Promise<unknown> =>
  store.use((database) => database.put('notebooks', notebook));

export const deleteNotebook = (id: string): Promise<void> => store.use((database) => database.delete('notebooks', id));
