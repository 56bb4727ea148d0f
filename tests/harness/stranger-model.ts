import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportOnnx } from '../../src/core/formats/export/export.ts';
import { openCheckpoint } from '../../trainer/files/open.ts';
import { diskFolder } from '../../trainer/files/sink.ts';
import { writeTinyModel } from './tiny-model.ts';

/** Exports a tiny model whose tokenizer never terminates on some texts, and returns the folder of the export. */
export async function exportStrangerModel(root: string): Promise<string> {
  const source = join(root, 'stranger/source');
  const out = join(root, 'stranger/folder');
  await writeTinyModel(source);
  const path = join(source, 'tokenizer.json');
  const json = JSON.parse(await readFile(path, 'utf8')) as { pre_tokenizer: { pretokenizers: object[] } };
  json.pre_tokenizer.pretokenizers.unshift({
    type: 'Split',
    pattern: { Regex: '(a+)+$' },
    behavior: 'Isolated',
    invert: false,
  });
  await writeFile(path, JSON.stringify(json));
  const { checkpoint, close } = await openCheckpoint(source);
  await exportOnnx(checkpoint, diskFolder(out), {
    dtype: 'q8',
    name: 'stranger',
    source: 'random numbers',
    licence: 'MIT',
  });
  await close();
  return out;
}
