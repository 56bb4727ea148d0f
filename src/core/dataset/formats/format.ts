import type { Dialogue, Utterance } from '../dialogue.ts';
import { MAX_UTTERANCES } from '../limits.ts';

/** A dialogue as a record describes it; the reader assigns an id if the record has none. */
export type DialogueContent = Omit<Dialogue, 'id'> & { id?: string | undefined };

/** A parsed JSON object with unknown fields. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** A format in which dialogues are published, one JSON record each. */
export interface RecordFormat {
  /** Display name. */
  name: string;
  /** Whether a record looks like this format, valid or not. */
  recognises(record: JsonRecord): boolean;
  /** @throws {BadRecord} or a ZodError when the record is malformed. */
  read(record: JsonRecord): DialogueContent;
}

/** Why a record cannot be read, in a sentence that follows its location. */
export class BadRecord extends Error {}

export const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The items of a list that are objects, e.g. to recognise a format. */
export const recordsIn = (value: unknown): JsonRecord[] =>
  Array.isArray(value) ? value.slice(0, 8).filter(isRecord) : [];

/** Refuses impossibly long lists before a schema walks through them. */
export function refuseHuge(record: JsonRecord): void {
  for (const [key, value] of Object.entries(record)) {
    if (Array.isArray(value) && value.length > MAX_UTTERANCES) throw new BadRecord(`${key}: ${tooMany(value.length)}`);
  }
}

/**
 * A dialogue with its texts trimmed and blank fields and utterances left out.
 * @throws {BadRecord} when nothing is left, when there is too much, or when a text is not well-formed Unicode.
 */
export function finish(content: DialogueContent): DialogueContent {
  const utterances = content.utterances.map(tidyUtterance).filter(({ text }) => text !== '');
  if (utterances.length === 0) throw new BadRecord('It has no utterance with text.');
  if (utterances.length > MAX_UTTERANCES) throw new BadRecord(tooMany(utterances.length));
  utterances.forEach(({ text }, i) => {
    if (/\p{Surrogate}/u.test(text))
      throw new BadRecord(`Utterance ${i + 1} contains half of a surrogate pair, which is not a character.`);
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

/** The text fields, trimmed. */
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
