import { describe, expect, it } from 'vitest';
import { LabError } from '../../core/error.ts';
import { NotebookFiles, type FileShelf } from './notebook-files.svelte.ts';
import { fakeToasts } from './testing/fakes.ts';

const file = (name: string, content = name) => new File([content], name);

async function setUp(shelf: Partial<FileShelf> = {}) {
  const stored = new Map<string, File>([['old.csv', file('old.csv')]]);
  const toasts = fakeToasts();
  const files = new NotebookFiles(
    'a',
    {
      notebookFiles: () => Promise.resolve([...stored.values()]),
      attachFiles: async (_, given) => given.forEach((each) => stored.set(each.name, each)),
      detachFiles: async (_, name = '') => void stored.delete(name),
      ...shelf,
    },
    toasts,
  );
  await files.load();
  const contents = () => Promise.all(files.list.map((each) => each.text()));
  return { files, toasts, contents };
}

describe('the files attached to a notebook', () => {
  it('are added; one of the same name is replaced, which can be undone', async () => {
    const { files, toasts, contents } = await setUp();
    await files.add([file('new.json')]);
    expect(await contents()).toEqual(['old.csv', 'new.json']);
    expect(toasts.shown).toEqual([]);
    await files.add([file('old.csv', 'newer')]);
    expect(await contents()).toEqual(['newer', 'new.json']);
    await toasts.undo();
    expect(await contents()).toEqual(['old.csv', 'new.json']);
  });

  it('are removed, which can be undone', async () => {
    const { files, toasts, contents } = await setUp();
    const [first] = files.list;
    if (first) await files.remove(first);
    expect(files.list).toEqual([]);
    await toasts.undo();
    expect(await contents()).toEqual(['old.csv']);
  });

  it('are refused beyond a number and a size, and nothing is stored of them', async () => {
    const { files, contents } = await setUp();
    await files.add(Array.from({ length: 50 }, (_, i) => file(`${i}`)));
    expect(files.error).toMatchObject({ code: 'unsupported', message: expect.stringContaining('51') });
    const large = Object.defineProperty(file('large'), 'size', { value: 2e8 });
    await files.add([large]);
    expect(files.error?.message).toContain('large: A notebook can have 50 files and 100 MB');
    expect(await contents()).toEqual(['old.csv']);
    await files.add([file('small')]);
    expect(files.error).toBeNull();
  });

  it('say why they could not be stored', async () => {
    const { files } = await setUp({
      attachFiles: () => Promise.reject(new LabError({ code: 'quota', what: 'It is full.' })),
    });
    await files.add([file('new.json')]);
    expect(files.error).toMatchObject({ code: 'quota' });
  });
});
