import type { DBSchema, IDBPDatabase } from 'idb';
import { openDatabase } from '../storage/open-database.ts';
import type { ModelRecord } from '../../core/engine/record.ts';

/** A stored file, possibly incomplete. */
export interface StoredFile {
  model: string;
  path: string;
  /** Size of the complete file in bytes; 0 if unknown. */
  bytes: number;
  /** Size of each stored segment in bytes, in order. */
  segments: number[];
  /**
   * SHA-256 of each segment, to notice when it changes; absent in a file that is hashed as a whole, and in those of
   * earlier versions of the lab.
   */
  digests?: string[];
  /**
   * When the bytes last proved to be the stored ones, and when each segment had been written then (both in
   * milliseconds since 1970); absent where the browser does not say when a file was written.
   */
  checked?: { at: number; written: number[] };
  complete: boolean;
  sha256?: string;
  /** The server's version (ETag or date), so that a resumed download continues the same file. */
  version?: string;
}

interface Schema extends DBSchema {
  models: { key: string; value: ModelRecord };
  files: { key: [string, string]; value: StoredFile; indexes: { model: string } };
}

export type ModelDatabase = IDBPDatabase<Schema>;

/** The index of stored models, in its own database, so that conversations never depend on it. */
export async function openModelDatabase(name = 'solace-lab-models'): Promise<ModelDatabase> {
  return openDatabase<Schema>(name, 1, {
    upgrade(db) {
      db.createObjectStore('models', { keyPath: 'id' });
      db.createObjectStore('files', { keyPath: ['model', 'path'] }).createIndex('model', 'model');
    },
    // Another tab wants to upgrade or delete it: let it.
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  });
}
