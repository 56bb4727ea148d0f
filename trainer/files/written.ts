import { readdir, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';
import { sha256Of } from '../../src/node/node-manifest.ts';
import { tryParseJson } from '../../src/core/json.ts';
import { MANIFEST_NAME, manifestSchema } from '../../src/core/formats/manifest.ts';
import { adapterManifestSchema } from '../../src/core/training/merge/manifest.ts';
import { ifPresent, readIfPresent } from '../../src/node/read-file.ts';
import { takeHash } from './sink.ts';

/** Lists what the lab wrote into a folder that has no manifest, so that nothing else is ever removed from it. */
export const MARKER = '.solace-lab.json';

const fileSchema = z.object({ path: z.string(), bytes: z.int().nonnegative(), sha256: z.string().optional() });
const markerSchema = z.object({
  format: z.literal('solace-lab-files'),
  version: z.literal(1),
  files: z.array(fileSchema),
});
type WrittenEntry = z.infer<typeof fileSchema>;

/**
 * The lab's own list of what it wrote into a folder, by path; undefined if the folder has neither our marker nor our
 * manifest.
 */
export async function writtenFiles(folder: string): Promise<Map<string, WrittenEntry> | undefined> {
  const lists = [
    { name: MANIFEST_NAME, schema: manifestSchema },
    { name: MANIFEST_NAME, schema: adapterManifestSchema },
    { name: MARKER, schema: markerSchema },
  ];
  let found: Map<string, WrittenEntry> | undefined;
  for (const { name, schema } of lists) {
    const parsed = schema.safeParse(tryParseJson((await readIfPresent(join(folder, name))) ?? ''));
    if (!parsed.success) continue;
    found ??= new Map();
    for (const entry of parsed.data.files) found.set(entry.path, entry);
    const { size } = await stat(join(folder, name));
    found.set(name, { path: name, bytes: size });
  }
  return found;
}

/** Writes the list of files into a folder that the lab has just filled, unless it has a manifest. */
export async function markWritten(folder: string): Promise<void> {
  const paths = await filesIn(folder);
  if (paths.includes(MANIFEST_NAME)) return;
  const files: WrittenEntry[] = [];
  for (const path of paths) {
    const full = join(folder, path);
    const { size } = await stat(full);
    files.push({ path, bytes: size, sha256: takeHash(full) ?? (await sha256Of(full)) });
  }
  await writeFile(
    join(folder, MARKER),
    `${JSON.stringify({ format: 'solace-lab-files', version: 1, files }, null, 1)}\n`,
  );
}

/** All entries below a folder that are not folders, with `/` as separator. Links are not followed. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** Whether a file is still as the lab wrote it. */
export async function isUnchanged(folder: string, { path, bytes, sha256 }: WrittenEntry): Promise<boolean> {
  const full = join(folder, path);
  const info = await ifPresent(full, stat(full));
  if (!info?.isFile() || info.size !== bytes) return false;
  return sha256 === undefined || sha256 === (await sha256Of(full));
}
