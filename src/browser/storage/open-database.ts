import { openDB, type DBSchema, type IDBPDatabase, type OpenDBCallbacks } from 'idb';

/** Length of a tick while waiting for an answer, in milliseconds. */
const TICK = 1000;
/**
 * Number of ticks after which to give up: a browser with a damaged profile may open no database and report no error.
 */
const PATIENCE = 10;
/** The same after one failure, so that later calls do not take as long. */
const SHORT_PATIENCE = 2;

let silent = false;

/** Whether the browser failed to answer the last time a database was opened. */
export function databasesSilent(): boolean {
  return silent;
}

/**
 * Opens an IndexedDB database like idb's `openDB`, and gives up if the browser never answers. A database that is
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
    // Ticks instead of one long timer: a thread that was busy receives a waiting answer before the last tick.
    const timer = setInterval(() => {
      if (--left > 0) return;
      clearInterval(timer);
      silent = true;
      reject(new DOMException(`The browser did not answer when ${name} was opened.`, 'TimeoutError'));
    }, TICK);
    opening.then(
      (database) => {
        answered();
        // A database that opens too late is unused; left open it would block other tabs.
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
