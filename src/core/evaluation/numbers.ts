import { z } from 'zod';
import { parseJsonLines } from '../json-lines.ts';
import { provenanceId } from './provenance.ts';
import { recordSchema, type ResultRecord } from './record.ts';
import { hash } from '../random/fnv1a.ts';
import { isTaskTalk } from './task-talk.ts';

/**
 * A record without any text of the dataset or the model, so that it may be published: a line of `numbers.jsonl`.
 * Version 1.
 */
const numbersSchema = recordSchema.omit({ reference: true, hypothesis: true, error: true, provenance: true }).extend({
  /** FNV-1a of the hypothesis, which shows whether another run gave the same one; null without one. */
  hypothesisHash: z.int().nullable(),
  failed: z.boolean(),
  /** The id of what made the record, which the summary describes; absent in older numbers. */
  origin: z.string().optional(),
  /** The reference speaks of the crowd-workers' task rather than to the seeker; absent if not. See `isTaskTalk`. */
  taskTalk: z.literal(true).optional(),
});
export type RecordNumbers = z.output<typeof numbersSchema>;

export function numbersOf(record: ResultRecord): RecordNumbers {
  const { hypothesis, error } = record;
  // The schema drops every field that it does not name, including texts.
  return numbersSchema.parse({
    ...record,
    hypothesisHash: hypothesis === null ? null : hash(hypothesis),
    failed: error !== undefined,
    ...(record.provenance && { origin: provenanceId(record.provenance) }),
    ...(isTaskTalk(record.reference) && { taskTalk: true }),
  });
}

/**
 * The lines of a run's `numbers.jsonl`.
 * @throws {LabError} `bad-file` that names the first line at fault.
 */
export const parseNumbers = (text: string, where: string): RecordNumbers[] =>
  parseJsonLines(text, numbersSchema, {
    code: 'bad-file',
    where,
    what: 'It holds no numbers of a run.',
    todo: 'Give the numbers.jsonl that evaluate wrote.',
  });

/** How a reproduced record differs from the published one. */
export interface Difference {
  sameReply: boolean;
  /** Difference of the original reply's negative log-likelihood per token, in nats; 0 if neither has one. */
  nll: number;
  /** Whether the same made both: commit, engine, device, weights, tokenizer, data. Absent if one does not say. */
  sameOrigin?: boolean;
}

/** Compares two records of one turn. */
export function compareNumbers(before: RecordNumbers, now: RecordNumbers): Difference {
  const perToken = ({ nll }: RecordNumbers) => (nll && nll.tokens > 0 ? nll.sum / nll.tokens : 0);
  return {
    sameReply: before.hypothesisHash === now.hypothesisHash,
    nll: Math.abs(perToken(before) - perToken(now)),
    ...(before.origin !== undefined && now.origin !== undefined && { sameOrigin: before.origin === now.origin }),
  };
}
