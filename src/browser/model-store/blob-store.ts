import { Lazy, LazyMap } from '../../core/async/memoised.ts';
import type { OpenFile } from '../../core/engine/files.ts';
import { LabError } from '../../core/error.ts';
import { checkRange } from '../../core/formats/source.ts';
import { tellsOfWrites } from './file-times.ts';

/** What is stored; bytes reach the disk with fewer copies than a blob, which the browser holds in another process. */
export type StoredData = Blob | Uint8Array<ArrayBuffer>;

/** A flat store of blobs under slash-separated keys; `put` is atomic. */
export interface BlobStore {
  readonly kind: 'opfs' | 'cache' | 'memory';
  /** @throws {LabError} `quota` when the device or the site's share is full. */
  put(key: string, data: StoredData): Promise<void>;
  /** A lazily read blob; undefined if it does not exist. */
  get(key: string): Promise<Blob | undefined>;
  /** All bytes of a blob; undefined if it does not exist. */
  read(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** When a blob of `get` was written, in milliseconds since 1970; undefined where the browser does not say. */
  writtenAt(blob: Blob): Promise<number | undefined>;
  /** Opens a blob for reading at once; undefined if it does not exist, and where that is impossible. */
  openNow(key: string): Promise<OpenFile | undefined>;
  /** Removes all keys that start with `prefix + '/'`. */
  clear(prefix: string): Promise<void>;
}

/** The best store of this browser, shared by the page and its workers; undefined without one. */
export async function openBlobStore(): Promise<BlobStore | undefined> {
  return (await openOpfs()) ?? (await openCache());
}

const ROOT = 'models';

async function openOpfs(): Promise<BlobStore | undefined> {
  try {
    const top = await navigator.storage.getDirectory();
    const root = await top.getDirectoryHandle(ROOT, { create: true });
    if (!('createWritable' in FileSystemFileHandle.prototype)) return undefined;
    return opfsVault(root);
  } catch {
    // Private windows of some browsers refuse it.
    return undefined;
  }
}

/** Keys become nested folders; segments of a key are escaped so that any name is a legal file name. */
function opfsVault(root: FileSystemDirectoryHandle): BlobStore {
  const split = (key: string) => key.split('/').map((part) => encodeURIComponent(part));
  async function folder(parts: string[], create: boolean): Promise<FileSystemDirectoryHandle> {
    let at = root;
    for (const part of parts) at = await at.getDirectoryHandle(part, { create });
    return at;
  }
  // Each step from a folder to the next is a request to another process.
  const known = new LazyMap<string, FileSystemDirectoryHandle>();
  const knownFolder = async (parts: string[]): Promise<FileSystemDirectoryHandle> => {
    const name = parts.at(-1);
    if (name === undefined) return root;
    return known.get(parts.join('/'), async () => (await knownFolder(parts.slice(0, -1))).getDirectoryHandle(name));
  };
  const find = async (key: string, again = true): Promise<FileSystemFileHandle | undefined> => {
    const parts = split(key);
    const name = parts.pop() as string;
    try {
      return await (await knownFolder(parts)).getFileHandle(name);
    } catch (error) {
      if (!isNotFound(error)) throw storageFault(error);
      // A known folder may have been removed, and made again.
      void known.clear();
      return again ? find(key, false) : undefined;
    }
  };
  const open = async (handle: FileSystemFileHandle | undefined): Promise<File | undefined> => {
    try {
      return await handle?.getFile();
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw storageFault(error);
    }
  };
  const tells = new Lazy(() => tellsOfWrites(root));
  return {
    kind: 'opfs',
    async put(key, data) {
      const parts = split(key);
      const name = parts.pop() as string;
      try {
        const handle = await (await folder(parts, true)).getFileHandle(name, { create: true });
        const writable = await handle.createWritable();
        try {
          await writable.write(data);
          await writable.close();
        } catch (error) {
          await writable.abort().catch(() => {});
          throw error;
        }
      } catch (error) {
        throw storageFault(error);
      }
    },
    get: async (key) => open(await find(key)),
    async read(key) {
      const handle = await find(key);
      const file = await openDirectly(handle);
      if (!file) return bytesOf(await open(handle));
      try {
        const bytes = new Uint8Array(file.size);
        file.read(0, bytes);
        return bytes;
      } finally {
        file.close();
      }
    },
    writtenAt: async (blob) => ((await tells.get()) && blob instanceof File ? blob.lastModified : undefined),
    openNow: async (key) => openDirectly(await find(key)),
    async clear(prefix) {
      const parts = split(prefix);
      const name = parts.pop() as string;
      try {
        await (await folder(parts, false)).removeEntry(name, { recursive: true });
      } catch (error) {
        if (!isNotFound(error)) throw storageFault(error);
      }
    },
  };
}

async function openCache(): Promise<BlobStore | undefined> {
  try {
    return cacheVault(await caches.open('solace-lab-models'));
  } catch {
    return undefined;
  }
}

/** What TypeScript's library lacks: several may read a file at the same time. */
interface ReadOnlyAccess {
  createSyncAccessHandle?(options: { mode: 'read-only' }): Promise<FileSystemSyncAccessHandle>;
}

/**
 * Opens a file in this process, which takes a fraction of the work of a blob, whose bytes come from another process.
 * Undefined where that is impossible: outside of workers, and where it would keep others from reading the file.
 */
async function openDirectly(
  handle: FileSystemFileHandle | undefined,
): Promise<(OpenFile & { size: number }) | undefined> {
  if (typeof FileSystemSyncAccessHandle === 'undefined' || !('mode' in FileSystemSyncAccessHandle.prototype))
    return undefined;
  try {
    const access = await (handle as ReadOnlyAccess | undefined)?.createSyncAccessHandle?.({ mode: 'read-only' });
    if (!access) return undefined;
    const size = access.getSize();
    return {
      size,
      read(offset, target) {
        const got = access.read(target, { at: offset });
        if (got < target.length) checkRange({ name: handle?.name ?? '', size: offset + got }, offset, target.length);
      },
      close: () => access.close(),
    };
  } catch {
    // It is being written, or was removed just now.
    return undefined;
  }
}

const bytesOf = async (blob: Blob | undefined): Promise<Uint8Array<ArrayBuffer> | undefined> =>
  blob && new Uint8Array(await blob.arrayBuffer());

/** Entries are responses under artificial URLs of this origin. */
function cacheVault(cache: Cache): BlobStore {
  const address = (key: string) => `/.models/${key.split('/').map(encodeURIComponent).join('/')}`;
  return {
    kind: 'cache',
    async put(key, data) {
      try {
        await cache.put(address(key), new Response(data));
      } catch (error) {
        throw storageFault(error);
      }
    },
    async get(key) {
      return (await cache.match(address(key)))?.blob();
    },
    read: async (key) => bytesOf(await (await cache.match(address(key)))?.blob()),
    writtenAt: () => Promise.resolve(undefined),
    openNow: () => Promise.resolve(undefined),
    async clear(prefix) {
      for (const request of await cache.keys()) {
        if (new URL(request.url).pathname.startsWith(`${address(prefix)}/`)) await cache.delete(request);
      }
    },
  };
}

/** Keeps everything in memory: for tests, and for Node. */
export function memoryVault(capacity = Infinity): BlobStore & { keys(): string[] } {
  const blobs = new Map<string, Blob>();
  return {
    kind: 'memory',
    keys: () => [...blobs.keys()],
    async put(key, data) {
      const held = [...blobs.values()].reduce((sum, blob) => sum + blob.size, 0) - (blobs.get(key)?.size ?? 0);
      const blob = new Blob([data]);
      if (held + blob.size > capacity) throw storageFault(new DOMException('full', 'QuotaExceededError'));
      blobs.set(key, blob);
    },
    get: (key) => Promise.resolve(blobs.get(key)),
    read: (key) => bytesOf(blobs.get(key)),
    writtenAt: () => Promise.resolve(undefined),
    openNow: () => Promise.resolve(undefined),
    async clear(prefix) {
      for (const key of [...blobs.keys()]) if (key.startsWith(`${prefix}/`)) blobs.delete(key);
    },
  };
}

function isNotFound(error: unknown): boolean {
  return error instanceof DOMException && (error.name === 'NotFoundError' || error.name === 'TypeMismatchError');
}

function storageFault(error: unknown): LabError {
  if (error instanceof DOMException && error.name === 'QuotaExceededError') {
    return new LabError(
      {
        code: 'quota',
        what: 'There is no room left for model files on this device.',
        todo: 'Remove models you no longer need, or free disk space; what was loaded so far is kept.',
      },
      { cause: error },
    );
  }
  return LabError.from(error, {
    code: 'quota',
    what: 'The browser could not store a model file',
    todo: 'Private windows often allow no storage; use a normal one.',
  });
}

/** The error for a browser without storage, as in some private windows. */
export function noStorage(): LabError {
  return new LabError({
    code: 'quota',
    what: 'This browser does not store files for this page.',
    todo: 'Private windows often allow no storage; use a normal one.',
  });
}
