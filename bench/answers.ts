import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { collectReply } from '../src/core/engine/collect-reply.ts';
import { loadFolderModel } from '../src/node/folder-model.ts';

/** The paper's decoding settings, and a seed that makes replies repeatable. */
const DECODING = { temperature: 0.7, topP: 0.95, topK: 50, maxNewTokens: 128, seed: 1 };

/**
 * Prints the replies of each model folder to the ten situations of situations.json, as Markdown for people to read.
 */
export async function answers(folders: readonly string[]): Promise<void> {
  const situations = JSON.parse(await readFile(join(import.meta.dirname, 'situations.json'), 'utf8')) as string[];
  const columns: string[][] = [];
  for (const folder of folders) {
    const model = await loadFolderModel(folder);
    const replies: string[] = [];
    for (const content of situations) {
      const { text } = await collectReply(model.stream([{ role: 'user', content }], DECODING));
      replies.push(text.trim());
    }
    columns.push(replies);
    await model.unload();
  }
  situations.forEach((situation, i) => {
    console.log(`### ${i + 1}. ${situation}\n`);
    folders.forEach((folder, f) => console.log(`**${folder}**: ${columns[f]?.[i]?.replaceAll(/\s*\n\s*/g, ' / ')}\n`));
  });
}
