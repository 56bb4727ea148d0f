import { isCodeCache } from '../../browser/offline/precache.ts';

/** Deletes all that this browser keeps for the lab but its code, and starts it afresh. */
export async function eraseEverything(): Promise<void> {
  localStorage.clear();
  sessionStorage.clear();
  await Promise.all([eraseDatabases(), eraseFiles(), eraseCaches()]);
  location.reload();
}

async function eraseDatabases(): Promise<void> {
  if (typeof indexedDB === 'undefined') return;
  const databases = await indexedDB.databases();
  await Promise.all(
    databases.map(
      ({ name }) =>
        new Promise<void>((resolve) => {
          if (!name) return resolve();
          const request = indexedDB.deleteDatabase(name);
          // A blocked deletion goes through when the reload closes the connections.
          request.onsuccess = request.onerror = request.onblocked = () => resolve();
        }),
    ),
  );
}

async function eraseFiles(): Promise<void> {
  if (!navigator.storage?.getDirectory) return;
  const root = await navigator.storage.getDirectory().catch(() => undefined);
  if (!root) return;
  const names: string[] = [];
  for await (const name of root.keys()) names.push(name);
  await Promise.all(names.map((name) => root.removeEntry(name, { recursive: true })));
}

/** All but the service worker's, which holds the lab's code and nothing a person made. */
async function eraseCaches(): Promise<void> {
  if (typeof caches === 'undefined') return;
  const names = await caches.keys();
  await Promise.all(names.filter((name) => !isCodeCache(name)).map((name) => caches.delete(name)));
}
