import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { adapterManifestSchema } from '../../src/core/training/merge/manifest.ts';
import { ifPresent } from '../../src/node/read-file.ts';

export const ADAPTERS = fileURLToPath(new URL('../../public/adapters/', import.meta.url));

/** The default model is the first of the list. */
const FIRST = 'solace';

/** What the page lists of the adapters in a folder, from their manifests, as the text of a JSON file. */
export async function listAdapters(folder: string): Promise<string> {
  const names = (await ifPresent(folder, readdir(folder, { withFileTypes: true }))) ?? [];
  const listed = await Promise.all(
    names
      .filter((entry) => entry.isDirectory())
      .map(async ({ name }) => {
        const text = await readFile(join(folder, name, 'manifest.json'), 'utf8');
        const manifest = adapterManifestSchema.parse(JSON.parse(text));
        const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
        const { name: title, summary, licence, chatTemplate: template = null } = manifest;
        return { name, title, summary, licence, bytes, template };
      }),
  );
  listed.sort((a, b) => Number(b.name === FIRST) - Number(a.name === FIRST) || (a.name < b.name ? -1 : 1));
  return `${JSON.stringify(listed, null, 2)}\n`;
}
