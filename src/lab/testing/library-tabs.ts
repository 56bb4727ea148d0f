import { afterEach } from 'vitest';
import { useFakeIndexedDb } from '../../../tests/harness/fake-indexeddb.ts';
import { ConversationLibrary } from '../conversations.ts';

/** Opens libraries on one storage, as tabs of the lab do; it is fresh in each test, after which all are closed. */
export function useLibraryTabs(): () => ConversationLibrary {
  useFakeIndexedDb({ fresh: 'each' });
  const open: ConversationLibrary[] = [];
  afterEach(async () => void (await Promise.all(open.splice(0).map((library) => library.close()))));
  return () => {
    const library = new ConversationLibrary();
    open.push(library);
    return library;
  };
}
