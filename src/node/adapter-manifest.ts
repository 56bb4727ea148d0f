import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { LabError } from '../core/error.ts';
import { parseJson } from '../core/formats/checkpoint/json.ts';
import { MANIFEST_NAME, type ModelManifest } from '../core/formats/manifest.ts';
import { ADAPTER_FORMAT, adapterManifestSchema, type AdapterManifest } from '../core/training/merge/manifest.ts';
import { checkFiles } from './node-manifest.ts';

/** Whether a manifest is that of an adapter. */
export function isAdapterManifest(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'format' in json && json.format === ADAPTER_FORMAT;
}

/**
 * Compares the files of an adapter's folder with its manifest.
 * @returns the manifest; undefined for a folder without one, which is not checked.
 * @throws {LabError} `hash-mismatch` when a file is not as the manifest says, `bad-file` for a damaged manifest.
 */
export async function checkAdapterManifest(folder: string): Promise<AdapterManifest | undefined> {
  const path = join(folder, MANIFEST_NAME);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  const json = text === undefined ? undefined : parseJson(text, path);
  if (!isAdapterManifest(json)) return undefined;
  const parsed = adapterManifestSchema.safeParse(json);
  if (!parsed.success) {
    throw new LabError({
      code: 'bad-file',
      where: path,
      what: z.prettifyError(parsed.error),
      todo: 'Export the adapter again.',
    });
  }
  await checkFiles(folder, parsed.data.files);
  return parsed.data;
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
