import type { ModelFiles } from '../../core/engine/files.ts';
import type { AdapterRecord } from '../../core/engine/record.ts';
import { blobSource, type ByteSource } from '../../core/formats/source.ts';
import {
  isAdapterFile,
  openAdapterFiles,
  type OpenedAdapterFiles,
  type WeightedAdapter,
} from '../../core/training/merge/index.ts';
import { isMade } from './made-folders.ts';

export type OpenedPart = OpenedAdapterFiles & WeightedAdapter;

/** The files of a record that belong to its adapters. */
export const adapterPaths = ({ list }: ModelFiles): string[] =>
  list.map(({ path }) => path).filter((path) => !isMade(path) && isAdapterFile(path.slice(path.lastIndexOf('/') + 1)));

/** Opens the adapters of a record; their matrices are read on demand. */
export async function openParts({ parts }: Pick<AdapterRecord, 'parts'>, files: ModelFiles): Promise<OpenedPart[]> {
  return Promise.all(
    parts.map(async ({ name, folder, weight }) => {
      const sources: ByteSource[] = [];
      for (const path of adapterPaths(files)) {
        const file = path.slice(folder.length);
        if (path.startsWith(folder) && !file.includes('/')) sources.push(blobSource(file, await files.open(path)));
      }
      return { ...(await openAdapterFiles(name, sources)), weight };
    }),
  );
}
