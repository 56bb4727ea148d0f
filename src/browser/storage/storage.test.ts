import { openDB } from 'idb';
import { describe, expect, it, vi } from 'vitest';
import type { ReplyOrigin } from '../../core/conversation/conversation.ts';
import { append, createConversation } from '../../core/conversation/tree.ts';
import { ConversationStore } from './conversation-store.ts';
import { DATABASE_NAME, DATABASE_VERSION, LabStore } from './lab-store.ts';
import { storageError } from './storage-errors.ts';
import { saveComparison } from './comparison-store.ts';
import { putNotebook } from './notebook-store.ts';
import { RunStore } from './run-store.ts';
import { useFakeIndexedDb } from '../../../tests/harness/fake-indexeddb.ts';

useFakeIndexedDb({ fresh: 'each' });

const REPLY: ReplyOrigin = {
  modelId: 'm',
  representation: 'raw',
  decoding: { temperature: 0.7, topP: 0.95, topK: 50, maxNewTokens: 128, seed: 7 },
};

describe('LabStore', () => {
  it('says so when a newer lab wrote the database', async () => {
    (await openDB(DATABASE_NAME, DATABASE_VERSION + 1)).close();
    await expect(new LabStore().use((database) => database.getAll('heads'))).rejects.toMatchObject({
      code: 'unsupported',
    });
  });

  it('opens again after it was closed', async () => {
    const store = new LabStore();
    await store.use((database) => database.put('settings', 1, 'a'));
    await store.close();
    expect(await store.use((database) => database.get('settings', 'a'))).toBe(1);
    await store.close();
  });

  it('closes for a tab with a newer lab', async () => {
    const store = new LabStore();
    await store.use((database) => database.put('settings', 1, 'a'));
    const newer = await openDB(DATABASE_NAME, DATABASE_VERSION + 1);
    expect(newer.version).toBe(DATABASE_VERSION + 1);
    newer.close();
  });

  it('names a full disk', () => {
    const full = new DOMException('', 'QuotaExceededError');
    expect(storageError(full, 'notebooks')).toMatchObject({
      code: 'quota',
      detail: {
        what: expect.stringContaining('save notebooks'),
        todo: expect.stringContaining('Export your notebooks'),
      },
    });
    expect(storageError(full, 'datasets').detail.todo).not.toContain('Export');
    expect(storageError(new TypeError('odd'), 'runs').detail.what).toMatch(/odd/);
  });

  it('names notebooks when one is saved to a full disk', async () => {
    const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('', 'QuotaExceededError');
    });
    const notebook = { id: 'n', title: 'N', html: '', imported: true, updatedAt: 1 };
    await expect(putNotebook(notebook)).rejects.toMatchObject({
      code: 'quota',
      detail: { what: expect.stringContaining('save notebooks') },
    });
    await expect(saveComparison({ id: 'c' } as never)).rejects.toMatchObject({
      code: 'quota',
      detail: { what: expect.stringContaining('save comparisons') },
    });
    put.mockRestore();
  });

  it('says that nothing is kept if the browser has no storage', async () => {
    Reflect.deleteProperty(globalThis, 'indexedDB');
    const nothing = {
      code: 'unsupported',
      detail: { what: expect.stringContaining('nothing outlives this visit') as string },
    };
    await expect(new LabStore('other').use((database) => database.getAll('heads'))).rejects.toMatchObject(nothing);
    await expect(new RunStore('other').list()).rejects.toMatchObject(nothing);
  });
});

describe('ConversationStore', () => {
  it('stores no statistics that an import would refuse', async () => {
    const store = new ConversationStore(new LabStore());
    const start = createConversation('');
    const { conversation, message } = append(start, {
      speaker: 'supporter',
      text: 'Hello',
      reply: { ...REPLY, stats: { promptTokens: -5, newTokens: 2, firstTokenMs: 1, decodeMs: 1 } },
    });
    await store.add([conversation]);
    expect((await store.load(conversation.id))?.messages.get(message.id)?.reply?.stats).toEqual({
      promptTokens: null,
      newTokens: 2,
      firstTokenMs: 1,
      decodeMs: 1,
    });
    const grown = {
      ...message,
      reply: { ...REPLY, stats: { promptTokens: 5.5, newTokens: 1e300, firstTokenMs: 1, decodeMs: 1 } },
    };
    await store.save({ id: conversation.id, head: {}, messages: [grown] });
    expect((await store.load(conversation.id))?.messages.get(message.id)?.reply).toEqual(REPLY);
  });
});
