import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';
import type { ConversationHead, Message } from '../../core/conversation/conversation.ts';
import { LabError } from '../../core/error.ts';
import { databasesSilent, openDatabase } from './open-database.ts';

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

/** Where the lab keeps what the person made. Reopens by itself when the browser closes it. */
export class LabStore {
  readonly #name: string;
  #opening: Promise<LabDatabase> | undefined;

  constructor(name = DATABASE_NAME) {
    this.#name = name;
  }

  /**
   * Runs `work` on the open database.
   * @throws {LabError} `quota` when the disk or the browser's allowance is full, `unsupported` when the browser has no
   * storage or a newer lab wrote it.
   */
  async use<Result>(work: (database: LabDatabase) => Promise<Result>): Promise<Result> {
    try {
      return await work(await this.#open());
    } catch (error) {
      throw storageError(error, 'conversations');
    }
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    (await opening)?.close();
  }

  #open(): Promise<LabDatabase> {
    this.#opening ??= this.#connect().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #connect(): Promise<LabDatabase> {
    const database = await openDatabase<LabSchema>(this.#name, DATABASE_VERSION, {
      upgrade(database, from, _to, transaction) {
        for (const migrate of MIGRATIONS.slice(from)) migrate(database, transaction);
      },
      // Another tab runs a newer lab: make way, this tab reopens when it needs to.
      blocking: () => void this.close(),
      terminated: () => (this.#opening = undefined),
    }).catch(openingFailed);
    return database;
  }
}

/**
 * Whether the browser gives this page no database at all: as in some private windows, or where site data is blocked.
 */
export function storageMissing(): boolean {
  try {
    return typeof indexedDB === 'undefined' || refused || databasesSilent();
  } catch {
    // Some browsers throw where the name is only looked at.
    return true;
  }
}

/** A browser has the interface and opens no database for this page. */
let refused = false;
const REFUSALS = new Set(['SecurityError', 'InvalidStateError', 'NotAllowedError']);

/**
 * Notes what opening a database threw.
 * @throws {Error} the error, as it was given.
 */
export function openingFailed(error: unknown): never {
  if (error instanceof DOMException && REFUSALS.has(error.name)) refused = true;
  throw error;
}

/** What the lab keeps in databases, as a person calls it. */
export type StoredThings = 'conversations' | 'notebooks' | 'runs' | 'datasets' | 'comparisons' | 'training runs';
/** These can be saved to a file first. */
const EXPORTED = new Set<StoredThings>(['conversations', 'notebooks', 'runs']);

/** What a failure of IndexedDB means for the person; `things` is what is stored there. */
export function storageError(error: unknown, things: StoredThings): LabError {
  if (error instanceof LabError) return error;
  if (storageMissing()) {
    return new LabError(
      {
        code: 'unsupported',
        what: 'This browser gives the page no storage, so nothing outlives this visit.',
        where: 'The storage of this page',
        todo:
          'Allow site data for this ' +
          `page${EXPORTED.has(things) ? `, or export your ${things} before you leave` : ''}.`,
      },
      { cause: error },
    );
  }
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  if (name === 'QuotaExceededError') {
    return new LabError(
      {
        code: 'quota',
        what: `There is no room left to save ${things}; what you see is kept until this page is closed.`,
        where: 'The storage of this page',
        todo: EXPORTED.has(things)
          ? `Export your ${things}, then remove models or ${things} you no longer need.`
          : `Remove models or ${things} you no longer need.`,
      },
      { cause: error },
    );
  }
  if (name === 'VersionError') {
    return new LabError(
      {
        code: 'unsupported',
        what: `A newer version of the lab wrote the ${things} stored here.`,
        where: 'The storage of this page',
        todo: 'Reload the page to get that version.',
      },
      { cause: error },
    );
  }
  return LabError.from(error, {
    code: 'unsupported',
    what: 'The browser could not read or write its storage.',
    where: 'The storage of this page',
    todo: EXPORTED.has(things) ? `Export your ${things} and reload the page.` : 'Reload the page.',
  });
}
