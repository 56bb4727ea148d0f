import { conversationKey, recordKey, type ResultRecord } from '../evaluation/record.ts';
import { ownHistory } from '../evaluation/roll-out.ts';
import type { SupporterTurn } from '../evaluation/turns.ts';
import { groupBy } from '../group.ts';
import type { EvaluationPlan } from '../evaluation/plan.ts';
import type { Line } from './prompt.ts';
import type { RunVerdict } from './run-verdict.ts';

/** A whole dialogue of a roll-out, under the place of its last reply. */
export interface RunDialogue {
  place: Pick<RunVerdict, 'model' | 'representation' | 'dialogue' | 'turn'>;
  /** With the model's replies. */
  lines: readonly Line[];
  /** As people led it. */
  original: readonly Line[];
}

/**
 * The finished dialogues of a roll-out, as the models led them and as people did, up to the last turn; dialogue by
 * dialogue, so that a judge that is stopped early has judged all models on the same ones.
 */
export function dialoguesOf(turns: readonly SupporterTurn[], records: readonly ResultRecord[]): RunDialogue[] {
  const written = new Map(records.map((record) => [recordKey(record), record.hypothesis]));
  const byDialogue = groupBy(records, ({ dialogue }) => dialogue);
  return [...groupBy(turns, ({ dialogue }) => dialogue)].flatMap(([dialogue, own]) => {
    const last = own.at(-1);
    const cells = new Map((byDialogue.get(dialogue) ?? []).map((record) => [conversationKey(record), record]));
    return [...cells.values()].flatMap(({ model, representation }): RunDialogue[] => {
      const place = (turn: number) => ({ model, representation, dialogue, turn });
      const replies = new Map(
        own.flatMap(({ turn }) => {
          const reply = written.get(recordKey(place(turn))) ?? null;
          return reply === null ? [] : [[turn, reply]];
        }),
      );
      const ending = last && replies.get(last.turn);
      if (!last || ending === undefined || replies.size < own.length) return [];
      return [
        {
          place: place(last.turn),
          lines: [...ownHistory(last.before, replies), { speaker: 'supporter', text: ending }],
          original: [...last.before, { speaker: 'supporter', text: last.reference }],
        },
      ];
    });
  });
}

/**
 * How many replies of a run can be judged, or dialogues of a roll-out. Those in the making are told from the others by
 * their length, so that a dialogue may be counted too early.
 */
export function countJudged({ mode }: Pick<EvaluationPlan, 'mode'>, records: readonly ResultRecord[]): number {
  const replied = records.filter(({ hypothesis }) => hypothesis !== null);
  if (mode !== 'roll-out') return replied.length;
  const turns = new Map([...groupBy(records, ({ dialogue }) => dialogue)].map(([key, own]) => [key, turnsOf(own)]));
  return [...groupBy(replied, conversationKey).values()].filter(
    (own) => own.length === turns.get(own[0]?.dialogue ?? ''),
  ).length;
}

const turnsOf = (records: readonly ResultRecord[]): number => new Set(records.map(({ turn }) => turn)).size;

/** What a judge judged of a record: its reply, or all replies of a roll-out in its dialogue. */
export function judgedText(
  { mode }: Pick<EvaluationPlan, 'mode'>,
  records: readonly ResultRecord[],
): (record: ResultRecord) => string {
  if (mode !== 'roll-out') return ({ hypothesis }) => hypothesis ?? '';
  const cells = groupBy(records, conversationKey);
  return (record) =>
    (cells.get(conversationKey(record)) ?? []).flatMap(({ hypothesis }) => hypothesis ?? []).join('\n');
}
