import { LabError } from '../core/error.ts';
import type { ModelManifest } from '../core/formats/manifest.ts';
import { ADAPTER_FORMAT, adapterManifestSchema, type AdapterManifest } from '../core/training/merge/manifest.ts';
import { checkFiles, hasFormat, readManifestOf } from './node-manifest.ts';

/** Whether a manifest is that of an adapter. */
export const isAdapterManifest = (json: unknown): boolean => hasFormat(json, ADAPTER_FORMAT);

/**
 * Compares the files of an adapter's folder with its manifest.
 * @returns the manifest; undefined for a folder without one, which is not checked.
 * @throws {LabError} `hash-mismatch` when a file is not as the manifest says, `bad-file` for a damaged manifest.
 */
export async function checkAdapterManifest(folder: string): Promise<AdapterManifest | undefined> {
  const manifest = await readManifestOf(folder, ADAPTER_FORMAT, adapterManifestSchema, 'Export the adapter again.');
  if (manifest) await checkFiles(folder, manifest.files);
  return manifest;
}

/**
 * Compares a base with the one that an adapter was made for. Weights in other files, e.g. before quantisation, cannot
 * be compared and are accepted.
 * @throws {LabError} `hash-mismatch` when a weight file differs.
 */
export function checkAdapterBase(where: string, { base }: AdapterManifest, manifest: ModelManifest): void {
  const hashes = new Map(manifest.files.map(({ path, sha256 }) => [path, sha256]));
  const differing = base.weights.filter(({ path, sha256 }) => (hashes.get(path) ?? sha256) !== sha256);
  if (differing.length === 0) return;
  throw new LabError({
    code: 'hash-mismatch',
    where,
    what:
      `The adapter was made for another version of ${base.id}: ` +
      `the SHA-256 of ${differing.map(({ path }) => path).join(', ')} differs.`,
    todo: 'Use the base that it was made for, or export the adapter again for this one.',
  });
}
