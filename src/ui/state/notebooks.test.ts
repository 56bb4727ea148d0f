import { describe, expect, it } from 'vitest';
import { LabError } from '../../core/error.ts';
import type { StoredNotebook } from '../../lab/index.ts';
import { CATALOGUE } from '../../notebook/catalogue.ts';
import { LONGEST_NOTEBOOK } from '../../notebook/protocol.ts';
import { tokenizerModel } from './notebook-host.ts';
import { Notebooks } from './notebooks.svelte.ts';
import { deferred, fakeToasts, settled } from './testing/fakes.ts';

type Dependencies = ConstructorParameters<typeof Notebooks>[0];

const BUILT_IN = CATALOGUE[0]?.name ?? '';
const own = (id: string, more: Partial<StoredNotebook> = {}): StoredNotebook => ({
  id,
  title: id.toUpperCase(),
  html: `<${id}>`,
  imported: false,
  updatedAt: 1,
  ...more,
});

function setUp({
  shelf = {},
  ...rest
}: { shelf?: Partial<Dependencies['shelf']> } & Partial<Omit<Dependencies, 'shelf'>> = {}) {
  const stored = new Map<string, StoredNotebook>();
  const attached = new Map<string, File[]>();
  const running = new Set<string>();
  const toasts = fakeToasts();
  const notebooks = new Notebooks({
    shelf: {
      listNotebooks: () => Promise.resolve([...stored.values()]),
      getNotebook: (id) => Promise.resolve(stored.get(id)),
      putNotebook: (notebook) => Promise.resolve(stored.set(notebook.id, notebook)),
      deleteNotebook: (id) => Promise.resolve(void stored.delete(id)),
      notebookFiles: (id) => Promise.resolve(attached.get(id) ?? []),
      attachFiles: (id, files) => Promise.resolve(void attached.set(id, [...files])),
      detachFiles: (id) => Promise.resolve(void attached.delete(id)),
      ...shelf,
    },
    loadBuiltIn: (name) => Promise.resolve(`<original ${name}>`),
    readNotebook: async (file) => ({ title: file.name, html: await file.text() }),
    marks: {
      didNotFinish: (id) => running.has(id),
      markRunning: (id) => void running.add(id),
      clearMark: (id) => void running.delete(id),
    },
    toasts,
    ...rest,
  });
  return { notebooks, stored, attached, running, toasts };
}

describe('the files attached to a notebook', () => {
  const file = new File(['1'], 'a.csv');

  it('are copied with it', async () => {
    const { notebooks, stored, attached } = setUp();
    stored.set('a', own('a'));
    attached.set('a', [file]);
    await notebooks.open('a');
    expect(attached.get((await notebooks.copy()) ?? '')).toEqual([file]);
  });

  it('are deleted with it and restored with it', async () => {
    const { notebooks, stored, attached, toasts } = setUp();
    stored.set('a', own('a'));
    attached.set('a', [file]);
    await notebooks.remove(own('a'));
    expect([stored.has('a'), attached.has('a')]).toEqual([false, false]);
    await toasts.undo();
    expect([stored.has('a'), attached.get('a')]).toEqual([true, [file]]);
  });

  it('keep it from being deleted if they cannot be read', async () => {
    const { notebooks, stored } = setUp({ shelf: { notebookFiles: () => Promise.reject(new Error('no')) } });
    stored.set('a', own('a'));
    await notebooks.remove(own('a'));
    expect(stored.has('a')).toBe(true);
    expect(notebooks.error).not.toBeNull();
  });

  it('stay when the edits of a built-in notebook are discarded', async () => {
    const { notebooks, stored, attached } = setUp();
    stored.set(BUILT_IN, own(BUILT_IN));
    attached.set(BUILT_IN, [file]);
    await notebooks.restore(BUILT_IN);
    expect([stored.has(BUILT_IN), attached.has(BUILT_IN)]).toEqual([false, true]);
  });
});

describe('a notebook that is opened', () => {
  it('is the original of a built-in one, until it is edited', async () => {
    const { notebooks, stored } = setUp();
    await notebooks.open(BUILT_IN);
    expect(notebooks).toMatchObject({ edited: false, shown: { id: BUILT_IN, builtIn: true, imported: false } });
    await notebooks.save(BUILT_IN, { title: 'Mine', html: '<mine>' });
    expect(notebooks).toMatchObject({ edited: true, current: '<mine>', error: null });
    // The shown text is the one that was opened: the sandbox holds the edits.
    expect(notebooks.shown?.html).toBe(`<original ${BUILT_IN}>`);
    expect(stored.get(BUILT_IN)).toMatchObject({ title: 'Mine', html: '<mine>' });
    await notebooks.open(BUILT_IN);
    expect(notebooks).toMatchObject({ edited: true, shown: { title: 'Mine', html: '<mine>' } });
  });

  it('is the last one opened, whichever is read first', async () => {
    const slow = deferred<StoredNotebook | undefined>();
    const { notebooks } = setUp({
      shelf: { getNotebook: (id) => (id === 'slow' ? slow.promise : Promise.resolve(own(id))) },
    });
    void notebooks.open('slow');
    await notebooks.open('fast');
    slow.resolve(own('slow'));
    await settled();
    expect(notebooks.shown?.id).toBe('fast');
  });

  it('shows an error if it is missing, unless another has been opened', async () => {
    const slow = deferred<StoredNotebook | undefined>();
    const { notebooks } = setUp({
      shelf: { getNotebook: (id) => (id === 'slow' ? slow.promise : Promise.resolve(undefined)) },
    });
    await notebooks.open('gone');
    expect(notebooks.error?.message).toContain('gone: This notebook does not exist here.');
    void notebooks.open('slow');
    await notebooks.open(BUILT_IN);
    slow.reject(new Error('closed'));
    await settled();
    expect(notebooks.error).toBeNull();
  });

  it('rejects text from the sandbox that is too long, not text, or of another notebook', async () => {
    const { notebooks, stored } = setUp();
    stored.set('a', own('a'));
    await notebooks.open('a');
    await notebooks.save('a', { title: 'A', html: 'x'.repeat(LONGEST_NOTEBOOK + 1) });
    await notebooks.save('a', { title: 3, html: '<evil>' } as never);
    await notebooks.save('b', { title: 'B', html: '<b>' });
    expect([...stored.values()]).toEqual([own('a')]);
    await notebooks.save('a', { title: 'T'.repeat(300), html: '<a2>' });
    expect(stored.get('a')).toMatchObject({ html: '<a2>', title: 'T'.repeat(200) });
  });

  it('shows that it could not be saved', async () => {
    const { notebooks } = setUp({
      shelf: {
        getNotebook: (id) => Promise.resolve(own(id)),
        putNotebook: () => Promise.reject(new LabError({ code: 'quota', what: 'The disk is full.' })),
      },
    });
    await notebooks.open('a');
    await notebooks.save('a', { title: 'A', html: '<a2>' });
    expect(notebooks.error?.code).toBe('quota');
  });
});

describe('the list of notebooks', () => {
  it('separates own notebooks from edited built-in ones', async () => {
    const { notebooks, stored } = setUp();
    stored.set('a', own('a')).set(BUILT_IN, own(BUILT_IN));
    await notebooks.refresh();
    expect(notebooks.own.map(({ id }) => id)).toEqual(['a']);
    expect([notebooks.isEdited(BUILT_IN), notebooks.isEdited('other')]).toEqual([true, false]);
  });

  it('is the newest read, whichever ends first', async () => {
    const first = deferred<StoredNotebook[]>();
    const readings = [first.promise, Promise.resolve([own('new')])];
    const { notebooks } = setUp({ shelf: { listNotebooks: () => readings.shift() ?? Promise.resolve([]) } });
    void notebooks.refresh();
    await notebooks.refresh();
    first.resolve([own('old')]);
    await settled();
    expect(notebooks.own.map(({ id }) => id)).toEqual(['new']);
  });

  it('gains new notebooks, copies and imports', async () => {
    const { notebooks, stored } = setUp();
    const created = await notebooks.create();
    expect(stored.get(created ?? '')).toMatchObject({ title: 'Untitled', imported: false });
    stored.set('a', own('a', { imported: true }));
    await notebooks.open('a');
    const copy = await notebooks.copy();
    expect(stored.get(copy ?? '')).toMatchObject({ title: 'A (copy)', html: '<a>', imported: true });
    const last = await notebooks.import([new File(['<one>'], 'one'), new File(['<two>'], 'two')]);
    expect(stored.get(last ?? '')).toMatchObject({ title: 'two', html: '<two>', imported: true });
    expect(notebooks.own).toHaveLength(5);
  });

  it('gains the readable files of an import, and shows what was wrong with the others', async () => {
    const { notebooks } = setUp({
      readNotebook: (file) =>
        file.name === 'bad'
          ? Promise.reject(new LabError({ code: 'bad-file', what: 'This file does not contain a notebook.' }))
          : Promise.resolve({ title: file.name, html: '' }),
    });
    await notebooks.import([new File([], 'bad'), new File([], 'good')]);
    expect(notebooks.own.map(({ title }) => title)).toEqual(['good']);
    expect(notebooks.error?.code).toBe('bad-file');
  });

  it('gains nothing that could not be stored', async () => {
    const { notebooks } = setUp({ shelf: { putNotebook: () => Promise.reject(new Error('full')) } });
    expect(await notebooks.create()).toBeUndefined();
    expect(notebooks.error?.message).toContain('The notebook could not be read or stored (full).');
  });
});

describe('a notebook that is deleted', () => {
  it('is restored by undo', async () => {
    const { notebooks, stored, toasts } = setUp();
    stored.set('a', own('a'));
    await notebooks.refresh();
    await notebooks.remove(own('a'));
    expect([stored.size, notebooks.own, toasts.texts()]).toEqual([0, [], ['“A” deleted.']]);
    await toasts.undo();
    expect(notebooks.own).toEqual([own('a')]);
  });

  it('that cannot be restored shows an error', async () => {
    const { notebooks, toasts } = setUp({ shelf: { putNotebook: () => Promise.reject(new Error('full')) } });
    await notebooks.remove(own('a'));
    await toasts.undo();
    expect(notebooks.error?.message).toContain('(full).');
  });

  it('stays, without a toast, if its deletion failed', async () => {
    const { notebooks, stored, toasts } = setUp({
      shelf: { deleteNotebook: () => Promise.reject(new Error('locked')) },
    });
    stored.set('a', own('a'));
    await notebooks.remove(own('a'));
    expect([notebooks.own, toasts.shown]).toEqual([[own('a')], []]);
    expect(notebooks.error?.message).toContain('(locked).');
  });
});

describe('the edits of a built-in notebook', () => {
  const edits = own(BUILT_IN, { html: '<mine>' });

  it('are discarded together with the mark that it did not finish, and are restored by undo', async () => {
    const { notebooks, stored, running, toasts } = setUp();
    stored.set(BUILT_IN, edits);
    running.add(BUILT_IN);
    await notebooks.open(BUILT_IN);
    await notebooks.reset(BUILT_IN);
    expect(notebooks).toMatchObject({ edited: false, shown: { html: `<original ${BUILT_IN}>` } });
    expect([stored.size, running.size, toasts.texts()]).toEqual([0, 0, ['Restored the original.']]);
    await toasts.undo();
    expect(notebooks).toMatchObject({ edited: true, shown: { html: '<mine>' } });
    expect([stored.get(BUILT_IN), running.has(BUILT_IN)]).toEqual([edits, true]);
  });

  it('are discarded from the list without opening it', async () => {
    const { notebooks, stored } = setUp();
    stored.set(BUILT_IN, edits);
    await notebooks.refresh();
    await notebooks.restore(BUILT_IN);
    expect([notebooks.isEdited(BUILT_IN), notebooks.shown]).toEqual([false, null]);
  });

  it('are restored without closing the notebook that was opened since', async () => {
    const { notebooks, stored, toasts } = setUp();
    stored.set(BUILT_IN, edits).set('a', own('a'));
    await notebooks.open(BUILT_IN);
    await notebooks.reset(BUILT_IN);
    await notebooks.open('a');
    await toasts.undo();
    expect(notebooks.shown?.id).toBe('a');
    expect(stored.get(BUILT_IN)).toEqual(edits);
  });

  it.each<[string, Partial<Dependencies['shelf']>]>([
    ['read', { getNotebook: () => Promise.reject(new Error('closed')) }],
    ['deleted', { deleteNotebook: () => Promise.reject(new Error('closed')) }],
  ])('stay if they cannot be %s', async (_, shelf) => {
    const { notebooks, stored, running, toasts } = setUp({ shelf });
    stored.set(BUILT_IN, edits);
    running.add(BUILT_IN);
    await notebooks.restore(BUILT_IN);
    expect([stored.get(BUILT_IN), running.has(BUILT_IN), toasts.shown]).toEqual([edits, true, []]);
    expect(notebooks.error?.message).toContain('(closed).');
  });

  it('need no restoring if there are none', async () => {
    const { notebooks, toasts } = setUp();
    await notebooks.restore(BUILT_IN);
    expect([toasts.shown, notebooks.error]).toEqual([[], null]);
  });
});

it('counts with the tokenizer of the chosen model, or of the embedded one if that has none here', () => {
  const chosen = (format: string) => ({ chosen: { id: 'mine', format } }) as Parameters<typeof tokenizerModel>[0];
  expect(['onnx', 'gguf', 'mlc', 'endpoint'].map((format) => tokenizerModel(chosen(format)) === 'mine')).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
