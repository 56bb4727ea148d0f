import type { Dialogue } from '../../src/core/dataset/dialogue.ts';
import { countWords } from '../../src/core/dataset/statistics.ts';
import { STRATEGIES } from '../../src/core/dataset/strategy.ts';
import { SCENES } from './scenes.ts';
import { varietyOf } from './variety.ts';

/** Dialogues of each scene in the whole corpus. */
const DIALOGUES_PER_SCENE = 28;
const [FEWEST_UTTERANCES, MOST_UTTERANCES] = [12, 24];
/** Words per turn. Supporter turns should have 12 to 45; a few may be shorter or longer. */
const SEEKER_WORDS = [1, 65] as const;
const SUPPORTER_WORDS = [8, 50] as const;
const USUAL_SUPPORTER_WORDS = [12, 45] as const;
/** Maximum share of supporter turns outside the usual length, and of one opening of four words. */
const MOST_UNUSUAL = 0.05;
const MOST_OF_ONE_OPENING = 0.01;
/** Number of times an opening may occur, however few turns there are. */
const FREE_OPENINGS = 3;

export interface CorpusReport {
  /** Violations of the rules, each with its location. */
  problems: string[];
  figures: Record<string, number | string>;
}

type Placed = Dialogue & { place?: string };

/** Checks shape, counts and variety; `whole` requires all 28 dialogues of every scene. */
export function checkCorpus(dialogues: readonly Placed[], { whole }: { whole: boolean }): CorpusReport {
  const place = (i: number): string => dialogues[i]?.place ?? dialogues[i]?.id ?? `dialogue ${i + 1}`;
  const problems = dialogues.flatMap((dialogue, i) =>
    shapeProblems(dialogue).map((problem) => `${place(i)}: ${problem}`),
  );
  const variety = varietyOf(dialogues);
  for (const { words, first, second } of variety.shared)
    problems.push(`${place(second)}: shares "${words}" with ${place(first)}`);
  const most = Math.max(FREE_OPENINGS, Math.floor(variety.supporterTurns * MOST_OF_ONE_OPENING));
  for (const [opening, turns] of variety.openings)
    if (turns > most) problems.push(`"${opening}" opens ${turns} supporter turns; at most ${most} are allowed`);
  for (const scene of SCENES)
    problems.push(
      ...sceneProblems(
        scene,
        dialogues.filter((each) => each.scene === scene),
        whole,
      ),
    );
  const lengths = dialogues.flatMap(({ utterances }) =>
    utterances.filter(({ speaker }) => speaker === 'supporter').map(({ text }) => countWords(text)),
  );
  const unusual =
    lengths.filter((words) => words < USUAL_SUPPORTER_WORDS[0] || words > USUAL_SUPPORTER_WORDS[1]).length /
    lengths.length;
  if (unusual > MOST_UNUSUAL)
    problems.push(
      `${percent(unusual)} of the supporter turns have fewer than 12 or more than 45 words; at most ` +
        `${percent(MOST_UNUSUAL)} may`,
    );
  return {
    problems,
    figures: {
      ...figuresOf(dialogues),
      'supporter turns outside 12 to 45 words': percent(unusual),
      'most frequent opening': openingText(variety.openings[0], variety.supporterTurns),
    },
  };
}

function shapeProblems({ scene, situation, utterances }: Dialogue): string[] {
  const problems: string[] = [];
  if (!SCENES.some((known) => known === scene)) problems.push(`"${scene ?? ''}" is not a scene`);
  if (!situation) problems.push('it has no description');
  if (utterances.length < FEWEST_UTTERANCES || utterances.length > MOST_UTTERANCES)
    problems.push(`it has ${utterances.length} utterances; 12 to 24 are required`);
  utterances.forEach(({ speaker, text, strategy }, i) => {
    if ((speaker === 'seeker') !== (i % 2 === 0)) problems.push(`utterance ${i + 1} is by the wrong speaker`);
    const words = countWords(text);
    const [fewest, most] = speaker === 'seeker' ? SEEKER_WORDS : SUPPORTER_WORDS;
    if (words < fewest || words > most)
      problems.push(`utterance ${i + 1} has ${words} words; ${fewest} to ${most} are required`);
    if (speaker === 'supporter' && !STRATEGIES.some((known) => known === strategy))
      problems.push(`utterance ${i + 1} has the unknown strategy "${strategy ?? ''}"`);
  });
  return problems;
}

function sceneProblems(scene: string, dialogues: readonly Dialogue[], whole: boolean): string[] {
  if (!whole) return [];
  const problems =
    dialogues.length === DIALOGUES_PER_SCENE
      ? []
      : [`${scene}: ${dialogues.length} dialogues; ${DIALOGUES_PER_SCENE} are required`];
  const used = new Set(dialogues.flatMap(({ utterances }) => utterances.map(({ strategy }) => strategy)));
  const missing = STRATEGIES.filter((strategy) => !used.has(strategy));
  return missing.length === 0 ? problems : [...problems, `${scene}: no turn has the strategy ${missing.join(', ')}`];
}

function figuresOf(dialogues: readonly Dialogue[]): Record<string, number | string> {
  const utterances = dialogues.flatMap((dialogue) => dialogue.utterances);
  const words = utterances.reduce((sum, { text }) => sum + countWords(text), 0);
  return {
    dialogues: dialogues.length,
    scenes: new Set(dialogues.map(({ scene }) => scene)).size,
    utterances: utterances.length,
    'utterances per dialogue': (utterances.length / dialogues.length).toFixed(1),
    'words per utterance': (words / utterances.length).toFixed(1),
  };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const openingText = (opening: [string, number] | undefined, turns: number): string =>
  opening ? `"${opening[0]}", ${percent(opening[1] / turns)}` : 'none';
