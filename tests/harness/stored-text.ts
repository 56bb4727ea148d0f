import type { Page } from 'playwright-core';

/** Files and responses longer than this are weights or code, which contain nothing of a person. */
const LONGEST = 2 ** 20;

/** All text that a page's origin stores: storage of both kinds, cookies, databases, private files, caches. */
export async function storedText(page: Page): Promise<string> {
  return page.evaluate(async (longest) => {
    const found: string[] = [
      JSON.stringify(Object.entries(localStorage)),
      JSON.stringify(Object.entries(sessionStorage)),
      document.cookie,
    ];
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error(name));
      });
      for (const store of database.objectStoreNames) {
        const values = await new Promise<unknown[]>((resolve, reject) => {
          const request = database.transaction(store).objectStore(store).getAll();
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error ?? new Error(store));
        });
        found.push(`${name}/${store}: ${JSON.stringify(values)}`);
      }
      database.close();
    }
    const files = async (folder: FileSystemDirectoryHandle): Promise<void> => {
      for await (const entry of folder.values()) {
        if (entry.kind === 'directory') await files(entry);
        else {
          const file = await entry.getFile();
          found.push(file.size > longest ? entry.name : `${entry.name}: ${await file.text()}`);
        }
      }
    };
    await files(await navigator.storage.getDirectory());
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const blob = await (await cache.match(request))?.blob();
        found.push(`${request.url}: ${blob && blob.size <= longest ? await blob.text() : ''}`);
      }
    }
    return found.join('\n');
  }, LONGEST);
}
