import type { Dialogue, Speaker, Utterance } from './dialogue.ts';

/** How often something occurs among things that have it. */
export interface Share {
  name: string;
  count: number;
  /** Of all that were counted, in 0..1. */
  share: number;
}

/** How many things have each length; lengths ascend. */
export type Lengths = { length: number; count: number }[];

/** Figures of one speaker, or of both. */
export interface SpeakerStatistics {
  utterances: number;
  words: number;
  /** Utterances in a dialogue, on average; NaN without dialogues. */
  meanUtterances: number;
  /** Words in an utterance, on average; NaN without utterances. */
  meanWords: number;
  /** Utterances by their number of words. */
  wordsPerUtterance: Lengths;
}

/** What Table 1 of the paper says of a dataset, and how it is spread. */
export interface DatasetStatistics {
  dialogues: number;
  all: SpeakerStatistics;
  seeker: SpeakerStatistics;
  supporter: SpeakerStatistics;
  /** Dialogues by their number of utterances. */
  utterancesPerDialogue: Lengths;
  /** Of the supporter utterances that have one, the most frequent first. */
  strategies: Share[];
  /** Of the dialogues that have one. */
  scenes: Share[];
  emotions: Share[];
  /** Neighbouring utterances of one speaker. */
  neighbours: number;
  /** Dialogues in which the supporter speaks first. */
  supporterFirst: number;
}

/** Words as white space separates them, which is how the paper's figures for ESConv come out. */
export const countWords = (text: string): number => text.match(/\S+/g)?.length ?? 0;

/**
 * Counts a dataset.
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

/** How often each name occurred; what has none is not counted. */
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
