import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openBlobStore } from './blob-store.ts';

const notFound = () => Promise.reject(new DOMException('It is not there.', 'NotFoundError'));

/** A folder of a private file system whose handles end with what they are of, as a browser may have it. */
class FakeFolder {
  readonly entries = new Map<string, FakeFolder | Blob>();
  removed = false;
  /** Handles of folders that were asked for. */
  static asked = 0;

  getDirectoryHandle(name: string, { create = false } = {}): Promise<FakeFolder> {
    FakeFolder.asked++;
    if (this.removed) return notFound();
    if (create && !this.entries.has(name)) this.entries.set(name, new FakeFolder());
    const entry = this.entries.get(name);
    return entry instanceof FakeFolder ? Promise.resolve(entry) : notFound();
  }

  getFileHandle(name: string, { create = false } = {}) {
    if (this.removed || !(create || this.entries.has(name))) return notFound();
    return Promise.resolve({
      getFile: () => Promise.resolve(this.entries.get(name)),
      createWritable: () =>
        Promise.resolve({
          write: (data: Blob) => Promise.resolve(this.entries.set(name, data)),
          close: () => Promise.resolve(),
        }),
    });
  }

  removeEntry(name: string): Promise<void> {
    const entry = this.entries.get(name);
    if (!entry) return notFound();
    if (entry instanceof FakeFolder) entry.remove();
    this.entries.delete(name);
    return Promise.resolve();
  }

  remove(): void {
    this.removed = true;
    for (const entry of this.entries.values()) if (entry instanceof FakeFolder) entry.remove();
  }
}

beforeEach(() => {
  const root = new FakeFolder();
  vi.stubGlobal('navigator', { storage: { getDirectory: () => Promise.resolve(root) } });
  vi.stubGlobal(
    'FileSystemFileHandle',
    class {
      createWritable(): void {}
    },
  );
});
afterEach(() => vi.unstubAllGlobals());

const open = async () => {
  const store = await openBlobStore();
  if (!store) throw new Error('There is no storage.');
  return store;
};
const KEY = 'model/onnx/weights.bin/0';

it('finds a file whose folder was removed and made again by another', async () => {
  const [one, other] = [await open(), await open()];
  await other.put(KEY, new Blob(['first']));
  expect(await (await one.get(KEY))?.text()).toBe('first');
  await other.clear('model');
  await other.put(KEY, new Blob(['second']));
  expect(await (await one.get(KEY))?.text()).toBe('second');
  await other.clear('model');
  expect(await one.get(KEY)).toBeUndefined();
});

it('asks for each folder once', async () => {
  const store = await open();
  for (const i of [0, 1, 2]) await store.put(`model/onnx/weights.bin/${i}`, new Blob(['x']));
  FakeFolder.asked = 0;
  await Promise.all([0, 1, 2].map((i) => store.get(`model/onnx/weights.bin/${i}`)));
  expect(FakeFolder.asked).toBe(3);
});
