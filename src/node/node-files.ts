import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { LabError } from '../core/error.ts';
import { hasFile, missingFile, type ModelFile, type ModelFiles } from '../core/engine/files.ts';

/**
 * The files of a model folder on disk, for the command line and tests.
 * @throws {LabError} `missing-file` when the folder does not exist.
 */
export async function nodeFiles(folder: string): Promise<ModelFiles> {
  const directory = resolve(folder);
  let names: string[];
  try {
    names = (await readdir(directory, { recursive: true, withFileTypes: true }))
      // The files in hub caches are links.
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    throw LabError.from(error, {
      code: 'missing-file',
      where: folder,
      what: 'The folder cannot be read',
      todo: 'Check the path.',
    });
  }
  const list: ModelFile[] = await Promise.all(
    names.map(async (name) => ({
      path: relative(directory, name).split(sep).join('/'),
      bytes: (await stat(name)).size,
    })),
  );
  const files: ModelFiles = {
    name: folder,
    directory,
    list,
    async open(path) {
      if (!hasFile(files, path)) throw missingFile(folder, path);
      return new Blob([await readFile(join(directory, path))]);
    },
    ensure: () => Promise.resolve(),
  };
  return files;
}
