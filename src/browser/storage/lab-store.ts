import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';
import type { ConversationHead, Message } from '../../core/conversation/conversation.ts';
import { StoredDatabase } from './stored-database.ts';

export const DATABASE_NAME = 'solace-lab';

/**
 * Messages are records of their own, under `[conversation, message]`: a growing reply is saved without its
 * conversation, and two tabs can add to one conversation without undoing each other.
 */
export interface LabSchema extends DBSchema {
  heads: { key: string; value: ConversationHead };
  messages: { key: [conversation: string, message: string]; value: StoredMessage };
  /** Unused since 0.2.0: settings lie in local storage, keys with their endpoint. Kept because version 1 has it. */
  settings: { key: string; value: unknown };
}
export type StoredMessage = Message & { conversation: string };
export type LabDatabase = IDBPDatabase<LabSchema>;

type Migration = (
  database: LabDatabase,
  transaction: IDBPTransaction<LabSchema, StoreNames<LabSchema>[], 'versionchange'>,
) => void;

/** Entry n brings a database of version n to version n + 1. Never change one that was released; add another. */
const MIGRATIONS: readonly Migration[] = [
  (database) => {
    database.createObjectStore('heads', { keyPath: 'id' });
    database.createObjectStore('messages', { keyPath: ['conversation', 'id'] });
    database.createObjectStore('settings');
  },
];
export const DATABASE_VERSION = MIGRATIONS.length;

/** The conversations of this browser. */
export class LabStore extends StoredDatabase<LabSchema> {
  constructor(name = DATABASE_NAME) {
    super(name, DATABASE_VERSION, 'conversations', (database, from, _to, transaction) => {
      for (const migrate of MIGRATIONS.slice(from)) migrate(database, transaction);
    });
  }
}
