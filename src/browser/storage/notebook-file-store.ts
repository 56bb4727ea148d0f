import type { DBSchema } from 'idb';
import { keysUnder, StoredDatabase } from './stored-database.ts';

type FileKey = [notebook: string, name: string];

interface Schema extends DBSchema {
  files: { key: FileKey; value: File };
}

// A database of its own, so that the one of notebooks need not change.
const store = new StoredDatabase<Schema>('solace-notebook-files', 1, 'notebooks', (database) => {
  database.createObjectStore('files');
});

/** The files attached to a notebook, by name. All functions may reject with `quota` or `unsupported`. */
export const notebookFiles = (notebook: string): Promise<File[]> =>
  store.use((database) => database.getAll('files', keysUnder(notebook)));

/** Attaches files; one of the same name is replaced. */
export const attachFiles = (notebook: string, files: readonly File[]): Promise<void> =>
  store.use(async (database) => {
    const transaction = database.transaction('files', 'readwrite');
    void Promise.allSettled(files.map((file) => transaction.store.put(file, [notebook, file.name])));
    await transaction.done;
  });

/** Removes a file of a notebook, or all of them. */
export const detachFiles = (notebook: string, name?: string): Promise<void> =>
  store.use((database) => database.delete('files', name === undefined ? keysUnder(notebook) : [notebook, name]));
