import type { Dialogue, Speaker, Utterance } from './dialogue.ts';

/** How often a value occurs. */
export interface Share {
  name: string;
  count: number;
  /** Share of everything counted, in 0..1. */
  share: number;
}

/** A histogram of lengths, ascending. */
export type Lengths = { length: number; count: number }[];

/** Statistics of one speaker, or of both. */
export interface SpeakerStatistics {
  utterances: number;
  words: number;
  /** Mean number of utterances per dialogue; NaN without dialogues. */
  meanUtterances: number;
  /** Mean number of words per utterance; NaN without utterances. */
  meanWords: number;
  /** Utterances by their number of words. */
  wordsPerUtterance: Lengths;
}

/** The columns of the paper's Table 1 for a dataset, and distributions. */
export interface DatasetStatistics {
  dialogues: number;
  all: SpeakerStatistics;
  seeker: SpeakerStatistics;
  supporter: SpeakerStatistics;
  /** Dialogues by their number of utterances. */
  utterancesPerDialogue: Lengths;
  /** Strategies of the annotated supporter utterances, most frequent first. */
  strategies: Share[];
  /** Scenes of the dialogues that have one. */
  scenes: Share[];
  emotions: Share[];
  /** Pairs of neighbouring utterances of one speaker. */
  neighbours: number;
  /** Dialogues in which the supporter speaks first. */
  supporterFirst: number;
}

/** Words separated by white space; this reproduces the paper's figures for ESConv. */
export const countWords = (text: string): number => text.match(/\S+/g)?.length ?? 0;

/**
 * Computes a dataset's statistics.
 *
 * ```ts
 * const { dialogues, all } = statisticsOf(dataset.dialogues);
 * all.meanUtterances; // Table 1: the average number of utterances in a dialogue
 * ```
 */
export function statisticsOf(dialogues: readonly Dialogue[]): DatasetStatistics {
  const speakers: Record<Speaker, Tally> = { seeker: new Tally(), supporter: new Tally() };
  const [lengths, strategies, scenes, emotions] = [new Tally(), new Counter(), new Counter(), new Counter()];
  let neighbours = 0;
  let supporterFirst = 0;
  for (const { utterances, scene, emotion } of dialogues) {
    lengths.add(utterances.length);
    scenes.add(scene);
    emotions.add(emotion);
    if (utterances[0]?.speaker === 'supporter') supporterFirst++;
    let last: Utterance | undefined;
    for (const utterance of utterances) {
      speakers[utterance.speaker].add(countWords(utterance.text));
      if (utterance.speaker === 'supporter') strategies.add(utterance.strategy);
      if (last?.speaker === utterance.speaker) neighbours++;
      last = utterance;
    }
  }
  return {
    dialogues: dialogues.length,
    all: speakerStatistics(speakers.seeker.plus(speakers.supporter), dialogues.length),
    seeker: speakerStatistics(speakers.seeker, dialogues.length),
    supporter: speakerStatistics(speakers.supporter, dialogues.length),
    utterancesPerDialogue: lengths.toLengths(),
    strategies: strategies.toShares(),
    scenes: scenes.toShares(),
    emotions: emotions.toShares(),
    neighbours,
    supporterFirst,
  };
}

function speakerStatistics(tally: Tally, dialogues: number): SpeakerStatistics {
  const { count, sum } = tally;
  return {
    utterances: count,
    words: sum,
    meanUtterances: count / dialogues,
    meanWords: sum / count,
    wordsPerUtterance: tally.toLengths(),
  };
}

/** How often each number occurred. */
class Tally {
  readonly #counts = new Map<number, number>();
  count = 0;
  sum = 0;

  add(value: number, times = 1): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + times);
    this.count += times;
    this.sum += value * times;
  }

  plus(other: Tally): Tally {
    const both = new Tally();
    for (const { length, count } of [...this.toLengths(), ...other.toLengths()]) both.add(length, count);
    return both;
  }

  toLengths(): Lengths {
    return [...this.#counts].map(([length, count]) => ({ length, count })).sort((a, b) => a.length - b.length);
  }
}

/** How often each name occurred; undefined is not counted. */
class Counter {
  readonly #counts = new Map<string, number>();

  add(name: string | undefined): void {
    if (name !== undefined) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  toShares(): Share[] {
    const total = [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
    return [...this.#counts]
      .map(([name, count]) => ({ name, count, share: count / total }))
      .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
  }
}
