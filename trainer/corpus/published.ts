import { join } from 'node:path';
import type { Dialogue, Utterance } from '../../src/core/dataset/dialogue.ts';
import { SPLIT_SEED, stratifiedSplit, TEST_SHARE } from '../../src/core/training/split.ts';

const FOLDER = join(import.meta.dirname, '../../public/dialogues');

/** The committed files that are made from the writers' files. */
export const CORPUS_FILE = join(FOLDER, 'solace.json');
export const SPLIT_FILE = join(FOLDER, 'solace-split.json');

/** The dialogues as JSON in ExTES's shape, one utterance per line. */
export function corpusText(dialogues: readonly Dialogue[]): string {
  const items = dialogues.map(
    ({ scene, situation, utterances }) =>
      `{"scene": ${JSON.stringify(scene)}, "description": ${JSON.stringify(situation)}, "content": [\n` +
      `${utterances.map(itemText).join(',\n')}\n]}`,
  );
  return `[\n${items.join(',\n')}\n]\n`;
}

const itemText = ({ speaker, text, strategy }: Utterance): string =>
  speaker === 'seeker'
    ? `  {"User": ${JSON.stringify(text)}}`
    : `  {"AI": ${JSON.stringify(text)}, "AI Strategy": ${JSON.stringify(strategy)}}`;

/** The dialogues of both parts by their numbers in the corpus, counted from 1: the trainer's default division. */
export function splitParts(dialogues: readonly Dialogue[]): { train: number[]; test: number[] } {
  const { train, test } = stratifiedSplit(
    dialogues.map(({ scene = '' }) => scene),
    TEST_SHARE,
    SPLIT_SEED,
  );
  const numbers = (indices: readonly number[]): number[] => indices.map((i) => i + 1).sort((a, b) => a - b);
  return { train: numbers(train), test: numbers(test) };
}

/** The file of both parts. */
export function splitText(dialogues: readonly Dialogue[]): string {
  const { train, test } = splitParts(dialogues);
  const list = (numbers: readonly number[]): string => `[${numbers.join(', ')}]`;
  return `{"seed": ${SPLIT_SEED}, "testShare": ${TEST_SHARE},\n"train": ${list(train)},\n"test": ${list(test)}}\n`;
}
