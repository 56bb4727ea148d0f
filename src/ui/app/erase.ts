import { isCodeCache } from '../../lab/index.ts';
import { conversations } from './conversations.ts';
import { eraseEverything, type BrowserStores } from '../state/erase.ts';

/**
 * Deletes everything that this browser keeps for the lab except its code, and restarts the lab.
 * @throws {LabError} `io` when something could not be deleted; then the page stays as it is.
 */
export async function eraseAndRestart(): Promise<void> {
  // The rest of an import, here or in another tab, would open the database again.
  await conversations.endImports();
  await eraseEverything(browserStores());
  location.reload();
}

function browserStores(): BrowserStores {
  const { storage } = navigator;
  return {
    texts: [() => localStorage, () => sessionStorage],
    databases: typeof indexedDB === 'undefined' ? undefined : indexedDB,
    files: storage?.getDirectory ? () => storage.getDirectory() : undefined,
    caches: typeof caches === 'undefined' ? undefined : caches,
    isCodeCache,
  };
}
