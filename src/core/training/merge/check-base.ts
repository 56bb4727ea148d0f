import { LabError } from '../../error.ts';
import type { AdapterBase } from '../../formats/manifest.ts';

/**
 * Compares a base with the one that an adapter was made for. Weights in other files, e.g. before quantisation, cannot
 * be compared and are accepted, as are files whose hash is not known.
 * @param files those of the base.
 * @throws {LabError} `hash-mismatch` when a weight file differs.
 */
export function checkAdapterBase(
  where: string,
  { id, weights }: AdapterBase,
  files: readonly { path: string; sha256?: string | undefined }[],
): void {
  const hashes = new Map(files.map(({ path, sha256 }) => [path, sha256?.toLowerCase()]));
  const differing = weights.filter(({ path, sha256 }) => (hashes.get(path) ?? sha256) !== sha256);
  if (differing.length === 0) return;
  throw new LabError({
    code: 'hash-mismatch',
    where,
    what:
      `The adapter was made for another version of ${id}: ` +
      `the SHA-256 of ${differing.map(({ path }) => path).join(', ')} differs.`,
    todo: 'Use the base that it was made for, or export the adapter again for this one.',
  });
}
