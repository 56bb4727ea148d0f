import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { collectReply } from '../../src/core/engine/collect-reply.ts';
import { PAPER_DECODING, type LoadedModel } from '../../src/core/engine/engine.ts';
import { LabError } from '../../src/core/error.ts';
import { parseJson } from '../../src/core/json.ts';
import { loadFolderModel } from '../../src/node/folder-model.ts';
import { sha256Of } from '../../src/node/node-manifest.ts';
import { exists } from '../../src/node/read-file.ts';
import { readReplies, situationsSchema, type Replies } from './format.ts';
import { readingSheet } from './sheet.ts';

/** With a seed that makes replies repeatable. */
const DECODING = { ...PAPER_DECODING, seed: 1 };

/**
 * `npm run bench -- reading OUT FOLDER FOLDER…`: replies of model folders to the situations of situations.json, and
 * a sheet that shows them in random order without the models' names. Models that OUT/replies.json already has, with
 * the same manifest, are only asked what they have not answered yet.
 */
export async function writeReading([out, ...folders]: string[]): Promise<void> {
  if (out === undefined || folders.length < 2)
    throw new LabError({
      code: 'bad-config',
      what: 'A folder for the results and at least two model folders are needed.',
      todo: 'Write npm run bench -- reading OUT FOLDER FOLDER.',
    });
  const path = join(import.meta.dirname, 'situations.json');
  const situations = situationsSchema.parse(parseJson(await readFile(path, 'utf8'), path));
  const known = (await exists(join(out, 'replies.json'))) ? await readReplies(out) : undefined;
  const result: Replies = { decoding: DECODING, models: {}, situations, replies: {} };
  for (const folder of folders) {
    const name = basename(resolve(folder));
    const hash = await sha256Of(join(folder, 'manifest.json'));
    result.models[name] = hash;
    const answered = known?.models[name] === hash ? known.situations : [];
    let model: LoadedModel | undefined;
    for (const situation of situations) {
      const { id, messages } = situation;
      const same = answered.some((before) => JSON.stringify(before) === JSON.stringify(situation));
      let text = same ? known?.replies[id]?.[name] : undefined;
      if (text === undefined) {
        model ??= await loadFolderModel(folder);
        text = (await collectReply(model.stream(messages, DECODING))).text.trim();
      }
      result.replies[id] = { ...result.replies[id], [name]: text };
    }
    await model?.unload();
    process.stderr.write(`${name}: ${situations.length} replies\n`);
  }
  await mkdir(out, { recursive: true });
  await writeFile(join(out, 'replies.json'), `${JSON.stringify(result, null, 1)}\n`);
  await writeFile(join(out, 'sheet.md'), readingSheet(result));
  console.log(`Give ${join(out, 'sheet.md')} to readers; their choices go into ${join(out, 'choices-NAME.tsv')}.`);
}
