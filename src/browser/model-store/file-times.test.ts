import { expect, it } from 'vitest';
import { tellsOfWrites } from './file-times.ts';

/** A folder whose files have the times that `clock` gives for making and for changing one. */
function folderWith(clock: { made: number; changed: number }) {
  const names = new Set<string>();
  const folder = {
    getFileHandle: (name: string) => {
      names.add(name);
      let lastModified = clock.made;
      const close = () => Promise.resolve((lastModified = clock.changed));
      return Promise.resolve({
        getFile: () => Promise.resolve({ lastModified }),
        createWritable: () => Promise.resolve({ write: () => Promise.resolve(), close }),
      });
    },
    removeEntry: (name: string) => Promise.resolve(names.delete(name)),
  };
  return { names, folder: folder as unknown as FileSystemDirectoryHandle };
}

it.each([
  ['changes with a write', { made: 5, changed: 16 }, true],
  ['stays', { made: 5, changed: 5 }, false],
])('tells whether the time of a file %s, and leaves nothing behind', async (_, clock, expected) => {
  const { folder, names } = folderWith(clock);
  expect(await tellsOfWrites(folder)).toBe(expected);
  expect(names.size).toBe(0);
});

it('trusts no time where files cannot be written', async () => {
  const refusing = { getFileHandle: () => Promise.reject(new DOMException('', 'NoModificationAllowedError')) };
  const removed: string[] = [];
  const removeEntry = (name: string) => Promise.resolve(void removed.push(name));
  expect(await tellsOfWrites({ ...refusing, removeEntry } as unknown as FileSystemDirectoryHandle)).toBe(false);
  expect(removed).toHaveLength(1);
});
