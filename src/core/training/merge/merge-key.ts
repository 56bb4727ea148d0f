import { textHash } from '../../sha256.ts';

/** Changes when merging gives other bytes for the same base and adapters. */
const MERGE_VERSION = 1;

/** A file by its contents. */
export interface HashedFile {
  path: string;
  /** Lower-case hexadecimal. */
  sha256: string;
}

/** What a merged model is made of. */
export interface MergeInputs {
  /** Configuration, graph and data of the base. */
  base: readonly HashedFile[];
  adapter: readonly HashedFile[];
  /** Folders of the adapters among those files, with their weights. */
  parts: readonly { folder: string; weight: number }[];
}

/** The name of a merged model: another version of base or adapter, or another weight, gives another name. */
export function mergeKey({ base, adapter, parts }: MergeInputs): string {
  const listed = (files: readonly HashedFile[]) =>
    files.map(({ path, sha256: hash }) => [path, hash]).sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  const named = [MERGE_VERSION, listed(base), listed(adapter), parts.map(({ folder, weight }) => [folder, weight])];
  return textHash(JSON.stringify(named));
}
