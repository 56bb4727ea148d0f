import type { ModelFiles } from '../../core/engine/files.ts';
import { tinyCheckpoint } from '../../core/engine/testing/tiny-model.ts';
import type { Checkpoint } from '../../core/formats/checkpoint/checkpoint.ts';
import { exportOnnx } from '../../core/formats/export/export.ts';
import { memoryFolder } from '../../core/formats/export/memory-sink.ts';

/** A model's files in memory, with the paths that were fetched and opened. */
export interface MemoryFiles extends ModelFiles {
  readonly ensured: string[];
  readonly opened: string[];
}

/** Files of a model by their paths. A size that is not known before the file is fetched is 0, as at an address. */
export function memoryFiles(blobs: ReadonlyMap<string, Blob>, sizesKnown = true): MemoryFiles {
  const ensured: string[] = [];
  const opened: string[] = [];
  return {
    name: 'tiny',
    list: Array.from(blobs, ([path, { size }]) => ({ path, bytes: sizesKnown ? size : 0 })),
    ensured,
    opened,
    ensure: async (paths) => void ensured.push(...paths),
    async open(path) {
      opened.push(path);
      const blob = blobs.get(path);
      if (!blob) throw new Error(`${path} is not in the list.`);
      return blob;
    },
  };
}

/** A tiny model as this lab exports it. */
export async function tinyExport(
  dtype: 'fp32' | 'q4' | 'q8',
  checkpoint: Checkpoint = tinyCheckpoint(),
): Promise<ReadonlyMap<string, Blob>> {
  const folder = memoryFolder();
  await exportOnnx(checkpoint, folder, { dtype, name: 'tiny', source: 'test', licence: 'none' });
  return folder.files;
}
