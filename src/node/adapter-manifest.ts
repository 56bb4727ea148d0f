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
