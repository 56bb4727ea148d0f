/** `npm run docs` writes the generated files, `npm run check:docs` fails if one differs from its source. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import prettier from 'prettier';
import { readIfPresent } from '../../src/node/read-file.ts';
import { commandLinePage } from './command-line.ts';
import { enginesPage } from './engines.ts';
import { completionsFile, notebookApiPage } from './notebook-api.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The generated files and their generators. */
const FILES: Record<string, (path: string) => string | Promise<string>> = {
  'docs/reference/command-line.md': commandLinePage,
  'docs/reference/engines.md': enginesPage,
  'docs/reference/notebook-api.md': notebookApiPage,
  'src/notebook/frame/completions.json': completionsFile,
};

const check = process.argv.includes('--check');
const stale: string[] = [];
for (const [file, make] of Object.entries(FILES)) {
  const path = join(ROOT, file);
  const text = await prettier.format(await make(path), { ...(await prettier.resolveConfig(path)), filepath: path });
  if (text === (await readIfPresent(path))) continue;
  if (check) stale.push(file);
  else {
    await writeFile(path, text);
    console.log(`Wrote ${file}`);
  }
}
if (stale.length > 0) {
  console.error(`Out of date: ${stale.join(', ')}. Run npm run docs.`);
  process.exitCode = 1;
}
