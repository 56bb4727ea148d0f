import { LabError } from '../../core/error.ts';

/** What a browser stores for the page. */
export interface BrowserStores {
  /** `localStorage` and `sessionStorage`; some browsers throw as soon as they are accessed. */
  texts: readonly (() => Pick<Storage, 'clear'>)[];
  databases: Pick<IDBFactory, 'databases' | 'deleteDatabase'> | undefined;
  /** The root of the page's private files; undefined where the browser has none. */
  files: (() => Promise<Pick<FileSystemDirectoryHandle, 'keys' | 'removeEntry'>>) | undefined;
  caches: Pick<CacheStorage, 'keys' | 'delete'> | undefined;
  /** The service worker's caches, which hold the lab's code and nothing that a person made. */
  isCodeCache: (name: string) => boolean;
}

/**
 * Deletes everything that this browser stores for the lab except its code. If something cannot be deleted, the rest
 * still is.
 * @throws {LabError} `io` when something could not be deleted.
 */
export async function eraseEverything(stores: BrowserStores): Promise<void> {
  const outcomes = await Promise.allSettled([
    ...stores.texts.map(async (open) => open().clear()),
    eraseDatabases(stores),
    eraseFiles(stores),
    eraseCaches(stores),
  ]);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (!failed) return;
  throw LabError.from(failed.reason, {
    code: 'io',
    what: 'Not everything could be erased.',
    todo: 'Close other tabs of the lab and try again, or clear the data of this site in the browser’s settings.',
  });
}

async function eraseDatabases({ databases }: BrowserStores): Promise<void> {
  if (!databases) return;
  const found = await databases.databases();
  await Promise.all(found.flatMap(({ name }) => (name ? [eraseDatabase(databases, name)] : [])));
}

function eraseDatabase(databases: Pick<IDBFactory, 'deleteDatabase'>, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = databases.deleteDatabase(name);
    // A blocked deletion succeeds when the reload closes the connections.
    request.onsuccess = request.onblocked = () => resolve();
    request.onerror = () => reject(request.error ?? new Error(`The database ${name} could not be deleted.`));
  });
}

async function eraseFiles({ files }: BrowserStores): Promise<void> {
  // A browser that refuses access has stored none.
  const root = await files?.().catch(() => undefined);
  if (!root) return;
  const names: string[] = [];
  for await (const name of root.keys()) names.push(name);
  await Promise.all(names.map((name) => removeReleased(root, name)));
}

/** A worker may still hold a file that it has just used, so a removal that fails is tried again for a second. */
async function removeReleased(root: Pick<FileSystemDirectoryHandle, 'removeEntry'>, name: string): Promise<void> {
  for (let triesLeft = 5; ; triesLeft--) {
    try {
      await root.removeEntry(name, { recursive: true });
      return;
    } catch (error) {
      if (triesLeft === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

async function eraseCaches({ caches, isCodeCache }: BrowserStores): Promise<void> {
  if (!caches) return;
  const names = await caches.keys();
  await Promise.all(names.filter((name) => !isCodeCache(name)).map((name) => caches.delete(name)));
}
