import * as fake from 'fake-indexeddb';
import { afterAll, beforeAll, beforeEach } from 'vitest';

const { IDBFactory } = fake;
const GLOBALS = {
  IDBCursor: fake.IDBCursor,
  IDBCursorWithValue: fake.IDBCursorWithValue,
  IDBDatabase: fake.IDBDatabase,
  IDBFactory: fake.IDBFactory,
  IDBIndex: fake.IDBIndex,
  IDBKeyRange: fake.IDBKeyRange,
  IDBObjectStore: fake.IDBObjectStore,
  IDBOpenDBRequest: fake.IDBOpenDBRequest,
  IDBRequest: fake.IDBRequest,
  IDBTransaction: fake.IDBTransaction,
  IDBVersionChangeEvent: fake.IDBVersionChangeEvent,
};

/**
 * Gives the tests of a file an empty IndexedDB in memory, and removes it afterwards: test files share one global
 * object, and the next may need to find none. With `fresh: 'each'` every test starts with an empty one.
 */
export function useFakeIndexedDb({ fresh = 'file' }: { fresh?: 'file' | 'each' } = {}): void {
  const names = ['indexedDB', ...Object.keys(GLOBALS)];
  const before = new Map(names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]));
  const install = (): void => {
    for (const [name, value] of Object.entries({ ...GLOBALS, indexedDB: new IDBFactory() }))
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true, enumerable: true });
  };
  beforeAll(install);
  if (fresh === 'each') beforeEach(install);
  afterAll(() => {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
    }
  });
}
