import { readFile } from 'node:fs/promises';
import { ENGINE_IDS } from '../../src/core/engine/engine.ts';
import { MODEL_FORMATS } from '../../src/core/engine/record.ts';
import { ENGINE_FOR, ENGINES, type EngineFacts } from '../../src/engines/features.ts';

const COLUMNS: Record<keyof EngineFacts, string> = {
  name: 'engine',
  runs: 'runs',
  on: 'on',
  scores: 'scores text',
  countsTokens: 'counts tokens',
  seed: 'seed',
  topK: 'top-k',
  resumes: 'resumes a reply',
};

function table(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  return [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function engineTable(): string {
  const fields = Object.keys(COLUMNS) as (keyof EngineFacts)[];
  return table([Object.values(COLUMNS), ...ENGINE_IDS.map((id) => fields.map((field) => ENGINES[id][field]))]);
}

function formatTable(): string {
  const name = (id: keyof typeof ENGINES | undefined) => (id === undefined ? 'none' : ENGINES[id].name);
  const rows = MODEL_FORMATS.map((format) => [format, name(ENGINE_FOR[format].webgpu), name(ENGINE_FOR[format].wasm)]);
  return table([['format', 'with WebGPU', 'with Wasm'], ...rows]);
}

const PARTS: Record<string, () => string> = { engines: engineTable, formats: formatTable };

/** The page on engines with its generated tables; the text around them is written by hand. */
export async function enginesPage(path: string): Promise<string> {
  let page = await readFile(path, 'utf8');
  for (const [name, make] of Object.entries(PARTS)) {
    const [begin, end] = [`<!-- ${name}: made by npm run docs -->`, `<!-- end of ${name} -->`];
    const [before, rest] = page.split(begin);
    const after = rest?.split(end)[1];
    if (before === undefined || after === undefined)
      throw new Error(`${path} lacks the markers of the table "${name}".`);
    page = `${before}${begin}\n\n${make()}\n\n${end}${after}`;
  }
  return page;
}
