import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dialogue, Utterance } from '../../src/core/dataset/dialogue.ts';
import { LabError } from '../../src/core/error.ts';

/** The folder of the writers' files: one per scene or batch. */
export const SOURCE_FOLDER = join(import.meta.dirname, 'scenes');

/** A dialogue of the corpus, with its file and line. */
export interface SourceDialogue extends Dialogue {
  place: string;
}

/**
 * Reads the writers' format: `### scene`, `= description`, then one utterance per line, `U: …` by the seeker and
 * `A[strategy]: …` by the supporter.
 * @throws {LabError} `bad-data` naming the first line that is none of these.
 */
export function parseSource(text: string, file: string): SourceDialogue[] {
  const dialogues: SourceDialogue[] = [];
  text.split(/\r?\n/).forEach((line, i) => {
    const place = `${file} line ${i + 1}`;
    const [, scene] = /^### (.+)$/.exec(line) ?? [];
    if (scene !== undefined) {
      dialogues.push({ id: '', place, scene: scene.trim(), utterances: [] });
      return;
    }
    if (line.trim() === '') return;
    const dialogue = dialogues.at(-1);
    const [, description] = /^= (.+)$/.exec(line) ?? [];
    const utterance = utteranceOf(line);
    if (dialogue && description !== undefined) dialogue.situation = description.trim();
    else if (dialogue && utterance) dialogue.utterances.push(utterance);
    else
      throw new LabError({
        code: 'bad-data',
        where: place,
        what: `This line cannot be read: ${line.slice(0, 60)}`,
        todo: 'Begin it with "### ", "= ", "U: " or "A[strategy]: ".',
      });
  });
  return dialogues;
}

function utteranceOf(line: string): Utterance | undefined {
  const [, seeker] = /^U: (.+)$/.exec(line) ?? [];
  if (seeker !== undefined) return { speaker: 'seeker', text: seeker.trim() };
  const [, strategy, supporter] = /^A\[([^\]]+)\]: (.+)$/.exec(line) ?? [];
  return strategy === undefined || supporter === undefined
    ? undefined
    : { speaker: 'supporter', text: supporter.trim(), strategy: strategy.trim() };
}

/** All dialogues of the writers' files, in the order of file names. */
export async function readSources(folder = SOURCE_FOLDER): Promise<SourceDialogue[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.txt')).sort();
  const parsed = await Promise.all(
    names.map(async (name) => parseSource(await readFile(join(folder, name), 'utf8'), name)),
  );
  return parsed.flat();
}

/** Dialogues in ExTES's shape, like the built-in dataset. */
export function toExtes(dialogues: readonly Dialogue[]): unknown[] {
  return dialogues.map(({ scene, situation, utterances }) => ({
    scene,
    description: situation,
    content: utterances.map(({ speaker, text, strategy }) =>
      speaker === 'seeker' ? { User: text } : { AI: text, 'AI Strategy': strategy },
    ),
  }));
}
