import { openDB, type DBSchema, type IDBPDatabase, type OpenDBCallbacks } from 'idb';

/** How often the wait for an answer is counted, in milliseconds. */
const TICK = 1000;
/**
 * After so many ticks no answer will come: a browser with a damaged profile may open no database and report no error.
 */
const PATIENCE = 10;
/** The same once a database of this page did not answer, so that not every later call takes as long. */
const SHORT_PATIENCE = 2;

let silent = false;

/** Whether the browser did not answer the last time that a database was to be opened. */
export function databasesSilent(): boolean {
  return silent;
}

/**
 * Opens a database of IndexedDB, as `openDB` of idb, and gives up where the browser never answers. A database that is
 * blocked by another tab, or is being upgraded, has answered.
 * @throws {DOMException} `TimeoutError` when no answer came; whatever `indexedDB.open` fails with.
 */
export function openDatabase<Schema extends DBSchema>(
  name: string,
  version: number,
  callbacks: OpenDBCallbacks<Schema>,
): Promise<IDBPDatabase<Schema>> {
  return new Promise((resolve, reject) => {
    let left = silent ? SHORT_PATIENCE : PATIENCE;
    const answered = () => {
      clearInterval(timer);
      silent = false;
    };
    const opening = openDB<Schema>(name, version, {
      ...callbacks,
      upgrade(...change) {
        answered();
        callbacks.upgrade?.(...change);
      },
      blocked(...versions) {
        answered();
        callbacks.blocked?.(...versions);
      },
    });
    // Ticks and not one long timer: a thread that was busy for long hears an answer that waited before the last tick.
    const timer = setInterval(() => {
      if (--left > 0) return;
      clearInterval(timer);
      silent = true;
      reject(new DOMException(`The browser did not answer when ${name} was opened.`, 'TimeoutError'));
    }, TICK);
    opening.then(
      (database) => {
        answered();
        // Nobody holds one that comes too late; left open it would block other tabs.
        if (left > 0) resolve(database);
        else database.close();
      },
      (error: unknown) => {
        answered();
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}
