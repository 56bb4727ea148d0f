import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { LabError } from '../core/error.ts';
import { parseJson } from '../core/json.ts';
import { MANIFEST_FORMAT, MANIFEST_NAME, manifestSchema, type ModelManifest } from '../core/formats/manifest.ts';
import { ifPresent, readIfPresent } from './read-file.ts';

/**
 * Compares the files of a folder with its manifest, size first.
 * @throws {LabError} `missing-file`, `hash-mismatch` for the first file that is missing or has changed; `io` when one
 * cannot be read.
 */
export async function checkFiles(folder: string, files: ModelManifest['files']): Promise<void> {
  for (const { path, bytes } of files) {
    const full = join(folder, path);
    const info = await ifPresent(full, stat(full));
    if (!info?.isFile())
      throw new LabError({
        code: 'missing-file',
        where: full,
        what: 'The manifest lists this file, but it does not exist.',
        todo: 'Copy or export the model again.',
      });
    if (info.size !== bytes) throw damaged(full, `It has ${info.size} bytes, but the manifest says ${bytes}.`);
  }
  for (const { path, sha256 } of files) {
    if ((await sha256Of(join(folder, path))) !== sha256)
      throw damaged(join(folder, path), 'Its SHA-256 differs from the manifest: it was damaged or changed.');
  }
}

/**
 * The lab's manifest in a model folder; undefined without one.
 * @throws {LabError} `bad-file` for a damaged manifest, `io` for one that cannot be read.
 */
export const readManifest = (folder: string): Promise<ModelManifest | undefined> =>
  readManifestOf(folder, MANIFEST_FORMAT, manifestSchema, 'Export the model again.');

/**
 * The manifest of a format in a folder; undefined without one, and for manifests of other formats and programs.
 * @throws {LabError} `bad-file` for a damaged manifest, with `todo`; `io` for one that cannot be read.
 */
export async function readManifestOf<Manifest>(
  folder: string,
  format: string,
  schema: z.ZodType<Manifest>,
  todo: string,
): Promise<Manifest | undefined> {
  const path = join(folder, MANIFEST_NAME);
  const text = await readIfPresent(path);
  if (text === undefined) return undefined;
  const json = parseJson(text, path);
  if (!hasFormat(json, format)) return undefined;
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new LabError({ code: 'bad-file', where: path, what: z.prettifyError(parsed.error), todo });
}

/** Whether a manifest has this format: other programs also write manifests. */
export const hasFormat = (json: unknown, format: string): boolean =>
  json instanceof Object && 'format' in json && json.format === format;

/**
 * Compares the files of a folder with the lab's manifest in it; a folder without one is not checked.
 * @throws {LabError} `bad-file` for a damaged manifest, and what `checkFiles` throws.
 */
export async function checkManifest(folder: string): Promise<void> {
  const manifest = await readManifest(folder);
  if (manifest) await checkFiles(folder, manifest.files);
}

/** SHA-256 of a file, hexadecimal. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function damaged(where: string, what: string): LabError {
  return new LabError({ code: 'hash-mismatch', where, what, todo: 'Copy or export the model again.' });
}
