import type { Utterance } from '../dataset/dialogue.ts';
import { LabError } from '../error.ts';
import { groupBy } from '../group.ts';
import { recordKey, type ResultRecord } from './record.ts';
import { jobKey, type Job } from './respond.ts';
import type { SampledTurn } from './turns.ts';

/**
 * The utterances before a turn with the model's own replies in place of the supporter's earlier turns. An opening of
 * the supporter, which answers nothing, stays.
 * @param replies by the index of the first utterance of their turn
 */
export function ownHistory(before: readonly Utterance[], replies: ReadonlyMap<number, string>): Utterance[] {
  let replaced = false;
  return before.flatMap((utterance, index): Utterance[] => {
    const reply = replies.get(index);
    if (reply !== undefined) {
      replaced = true;
      return [{ speaker: 'supporter', text: reply }];
    }
    // The rest of the turn that was replaced: a turn may have several utterances.
    if (replaced && (utterance.speaker === 'supporter' || utterance.text.trim() === '')) return [];
    replaced = false;
    return [utterance];
  });
}

/** The replies of one model under one condition before a turn, by the index of their turns. */
export function repliesBefore(
  records: readonly EarlierRecord[],
  { model, representation, dialogue, turn }: Omit<EarlierRecord, 'hypothesis'>,
): Map<number, string> {
  return new Map(
    records.flatMap((each) =>
      each.dialogue === dialogue &&
      each.model === model &&
      each.representation === representation &&
      each.turn < turn &&
      each.hypothesis !== null
        ? [[each.turn, each.hypothesis]]
        : [],
    ),
  );
}

/** What a roll-out must know of an existing record. */
export type EarlierRecord = Pick<ResultRecord, 'model' | 'representation' | 'dialogue' | 'turn' | 'hypothesis'>;

/** The replies of a roll-out: those of existing records, and those in the making. */
export class RollOut {
  readonly #turns: ReadonlyMap<string, readonly SampledTurn[]>;
  readonly #replies: Map<string, Promise<string | null>>;

  constructor(turns: readonly SampledTurn[], earlier: readonly EarlierRecord[] = []) {
    this.#turns = groupBy(turns, ({ dialogue }) => dialogue);
    this.#replies = new Map(earlier.map((record) => [recordKey(record), Promise.resolve(record.hypothesis)]));
  }

  /** Jobs in an order that many can be done in at the same time: the first turns of all dialogues before the second. */
  abreast(jobs: readonly Job[]): Job[] {
    const place = ({ turn }: Job) => this.#before(turn).length;
    return [...jobs].sort((a, b) => place(a) - place(b));
  }

  /** Reports that the record of a job is in the making; of a dialogue, earlier turns before later ones. */
  expect(job: Job, record: Promise<ResultRecord>): void {
    const reply = record.then(({ hypothesis }) => hypothesis);
    // A failure ends the run by itself; perhaps nobody waits for it here.
    reply.catch(() => undefined);
    this.#replies.set(jobKey(job), reply);
  }

  /**
   * A job whose turn follows the model's own earlier replies; waits for them.
   * @throws {LabError} `bad-data` when one of them is missing, and whatever ended its job.
   */
  async following(job: Job): Promise<Job> {
    const replies = new Map<number, string>();
    for (const turn of this.#before(job.turn)) {
      const reply = await this.#replies.get(jobKey({ ...job, turn }));
      if (reply === undefined || reply === null) throw interrupted();
      replies.set(turn.turn, reply);
    }
    return { ...job, turn: { ...job.turn, before: ownHistory(job.turn.before, replies) } };
  }

  /** The earlier turns of the same dialogue. */
  #before({ dialogue, turn }: SampledTurn): SampledTurn[] {
    return (this.#turns.get(dialogue) ?? []).filter((each) => each.turn < turn);
  }
}

const interrupted = (): LabError =>
  new LabError({
    code: 'bad-data',
    what: 'An earlier reply of this roll-out is missing, so that the conversation ends there.',
    todo: 'See the first failed turn of the dialogue.',
  });
