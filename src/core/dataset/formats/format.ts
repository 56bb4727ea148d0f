import type { z } from 'zod';
import type { Dialogue, Utterance } from '../dialogue.ts';
import { MAX_UTTERANCES } from '../limits.ts';

/** A dialogue as a record tells it; the id is the reader's business where the record has none. */
export type DialogueContent = Omit<Dialogue, 'id'> & { id?: string | undefined };

/** A JSON object as it was parsed: nothing about its fields is known. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** A shape in which dialogues are published, one JSON record each. */
export interface RecordFormat {
  /** Display name. */
  name: string;
  /** Whether a record is meant to be of this format, sound or not. */
  recognises(record: JsonRecord): boolean;
  /** @throws {BadRecord} or a ZodError where the record is malformed. */
  read(record: JsonRecord): DialogueContent;
}

/** Why a record can't be read, in words that follow its place. */
export class BadRecord extends Error {}

export const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The items of a list that are objects, e.g. to see what a format looks like. */
export const recordsIn = (value: unknown): JsonRecord[] =>
  Array.isArray(value) ? value.slice(0, 8).filter(isRecord) : [];

/** The first fault that a schema found, with where in the record it is: `dialog[3].text: …`. */
export function describeIssue({ issues: [issue] }: z.ZodError): string {
  if (!issue) return 'The record is malformed.';
  const path = issue.path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}

/** Refuses lists that no dialogue has before a schema walks through them. */
export function refuseHuge(record: JsonRecord): void {
  for (const [key, value] of Object.entries(record)) {
    if (Array.isArray(value) && value.length > MAX_UTTERANCES) throw new BadRecord(`${key}: ${tooMany(value.length)}`);
  }
}

/**
 * A dialogue with its texts trimmed and blank fields and utterances left out.
 * @throws {BadRecord} where nothing is left, where there is too much, or where a text is no sound Unicode.
 */
export function finish(content: DialogueContent): DialogueContent {
  const utterances = content.utterances.map(tidyUtterance).filter(({ text }) => text !== '');
  if (utterances.length === 0) throw new BadRecord('It has no utterance with text.');
  if (utterances.length > MAX_UTTERANCES) throw new BadRecord(tooMany(utterances.length));
  utterances.forEach(({ text }, i) => {
    if (/\p{Surrogate}/u.test(text))
      throw new BadRecord(`Utterance ${i + 1} holds half of a surrogate pair, which is no character.`);
  });
  const { survey } = content;
  return { ...tidy(content, ['id', 'scene', 'emotion', 'situation']), utterances, ...(survey && { survey }) };
}

function tidyUtterance(utterance: Utterance): Utterance {
  return {
    speaker: utterance.speaker,
    text: utterance.text.trim(),
    ...tidy(utterance, ['strategy', 'emotion', 'act']),
  };
}

/** The fields that hold text, without white space around it. */
function tidy<K extends string>(
  from: Partial<Record<K, string | undefined>>,
  keys: readonly K[],
): Partial<Record<K, string>> {
  const result: Partial<Record<K, string>> = {};
  for (const key of keys) {
    const text = from[key]?.trim();
    if (text) result[key] = text;
  }
  return result;
}

const tooMany = (count: number): string => `It has ${count} utterances; at most ${MAX_UTTERANCES} are read.`;
