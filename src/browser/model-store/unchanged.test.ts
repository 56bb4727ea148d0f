import { createHash } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { useFakeIndexedDb } from '../../../tests/harness/fake-indexeddb.ts';
import { type BlobStore, memoryVault } from './blob-store.ts';
import { openModelDatabase } from './database.ts';
import { FileStore } from './file-store.ts';

useFakeIndexedDb();

const content = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 31 + (i >> 5)) & 255));
const digest = createHash('sha256').update(content).digest('hex');
const streamOf = (...chunks: Uint8Array[]) => new Blob(chunks as BlobPart[]).stream();

it('reads all of a file again only after a write or a week, where the browser says when it was written', async () => {
  const vault = memoryVault();
  const database = await openModelDatabase('unchanged');
  let [time, reads] = [1, 0];
  const now = vi.spyOn(Date, 'now');
  const timed: BlobStore = {
    ...vault,
    writtenAt: () => Promise.resolve(time),
    read: (key) => (reads++, vault.read(key)),
  };
  const readsOf = async (): Promise<number> => {
    reads = 0;
    await new FileStore(timed, database, 1024).open('m', 'a');
    return reads;
  };
  try {
    const start = { model: 'm', path: 'a', bytes: content.length };
    const chunks = [content.subarray(0, 1500), content.subarray(1500)];
    await new FileStore(timed, database, 1024).append(start, streamOf(...chunks), { sha256: digest });
    expect(await readsOf()).toBe(0);
    const day = 24 * 60 * 60 * 1000;
    now.mockReturnValue(Date.now() + 8 * day);
    expect([await readsOf(), await readsOf()]).toEqual([2, 0]);
    time = 2;
    expect([await readsOf(), await readsOf()]).toEqual([2, 0]);
    const [key = ''] = vault.keys();
    await vault.put(key, new Blob([new Uint8Array(1500)]));
    time = 3;
    await expect(readsOf()).rejects.toMatchObject({ code: 'bad-file' });
  } finally {
    now.mockRestore();
    database.close();
  }
});
