import type { Speaker, Utterance } from '../dialogue.ts';
import { BadRecord, isRecord, recordsIn, type JsonRecord, type RecordFormat } from './format.ts';

const ROLES = new Map<string, Speaker>([
  ['user', 'seeker'],
  ['ai', 'supporter'],
]);
const STRATEGY = /^(ai[ _-]?)?strategy$/i;
/** Keys of the text if a role holds an object instead of a string. */
const WORDS = ['text', 'content', 'response', 'message', 'value', 'ai', 'user'];

/**
 * ExTES (Zheng et al. 2023): `{scene, description, content: [{User}, {AI, "AI Strategy"}, …]}`. The published file was
 * written by a language model and is messy, so all of these are accepted: items with both roles or neither, null texts,
 * a role that holds an object, other spellings of the strategy's key, neighbouring items of one role, missing fields.
 */
export const EXTES: RecordFormat = {
  name: 'ExTES',
  recognises: (json) =>
    Array.isArray(json['content']) &&
    ('scene' in json ||
      recordsIn(json['content']).some((item) => Object.keys(item).some((key) => ROLES.has(key.trim().toLowerCase())))),
  read({ scene, description, content }) {
    if (!Array.isArray(content)) throw new BadRecord('content: There is no list of utterances.');
    return {
      scene: textOf(scene),
      situation: textOf(description),
      utterances: content.filter(isRecord).flatMap(utterancesOf),
    };
  },
};

function utterancesOf(item: JsonRecord): Utterance[] {
  // Once for all roles: an item may have thousands of keys.
  const shared = strategyOf(item);
  return Object.entries(item).flatMap(([key, value]) => {
    const speaker = ROLES.get(key.trim().toLowerCase());
    if (!speaker) return [];
    const strategy =
      speaker === 'supporter' ? (shared ?? (isRecord(value) ? strategyOf(value) : undefined)) : undefined;
    return [{ speaker, text: textOf(value) ?? '', ...(strategy && { strategy }) }];
  });
}

function strategyOf(item: JsonRecord): string | undefined {
  const key = Object.keys(item).find((name) => STRATEGY.test(name.trim()));
  return key === undefined ? undefined : textOf(item[key]);
}

/** The text of a value: a string itself, or the text in an object. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!isRecord(value)) return undefined;
  const texts = Object.entries(value).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && !STRATEGY.test(entry[0].trim()),
  );
  const named = WORDS.flatMap((word) => texts.filter(([key]) => key.trim().toLowerCase() === word));
  return (named[0] ?? texts[0])?.[1];
}
