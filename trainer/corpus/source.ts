import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dialogue, Utterance } from '../../src/core/dataset/dialogue.ts';
import { LabError } from '../../src/core/error.ts';
import { SCENES } from './scenes.ts';

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

/** The dialogues of the writers' files, one of each scene in turn. */
export async function readSources(folder = SOURCE_FOLDER): Promise<SourceDialogue[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.txt')).sort();
  const parsed = await Promise.all(
    names.map(async (name) => parseSource(await readFile(join(folder, name), 'utf8'), name)),
  );
  return inTurn(parsed.flat());
}

/** One dialogue of each scene in turn, so that the first dialogues of the corpus are spread over all scenes. */
export function inTurn<Item extends Dialogue>(dialogues: readonly Item[]): Item[] {
  const rounds = new Map<string, number>();
  return dialogues
    .map((dialogue) => {
      const { scene = '' } = dialogue;
      const round = rounds.get(scene) ?? 0;
      rounds.set(scene, round + 1);
      return { dialogue, round, scene: SCENES.findIndex((known) => known === scene) };
    })
    .sort((a, b) => a.round - b.round || a.scene - b.scene)
    .map(({ dialogue }) => dialogue);
}
