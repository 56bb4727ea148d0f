import { z } from 'zod';
import { tryParseJson } from '../json.ts';
import { CRITERIA, CRITERION_IDS, HIGHEST, type CriterionId, type Scores } from './criteria.ts';

const score = z.number().min(0).max(HIGHEST);
const schema = z.object({ engagement: score, comforting: score, appropriateness: score, suggestion: score });

/** For engines that can constrain a reply to a JSON schema. */
export const VERDICT_JSON_SCHEMA = {
  type: 'object',
  properties: Object.fromEntries(CRITERION_IDS.map((id) => [id, { type: 'integer', minimum: 0, maximum: HIGHEST }])),
  required: [...CRITERION_IDS],
  additionalProperties: false,
};

/** How a judge's answer was read. */
export type Verdict =
  | {
      kind: 'scores';
      scores: Scores;
      /** The answer was not the requested JSON, but its numbers are clear. */ repaired: boolean;
    }
  | { kind: 'refused' }
  | { kind: 'unreadable' };

const REFUSALS = [
  /i(?:'|’)?m sorry|i am sorry/,
  /i can(?:no|')t|i can’t|i am unable|i'm unable|i won't/,
  /as an ai/,
  /not able to (?:assess|rate|judge|help)/,
];
const REFUSAL = new RegExp(`\\b(?:${REFUSALS.map(({ source }) => source).join('|')})\\b`, 'i');

/**
 * Reads a judge's answer: the requested JSON, JSON with text or a fence around it, or one line per criterion
 * ("Comforting: 4/5"). Numbers outside 0 to 5, ranges and other scales make it unreadable; nothing is guessed.
 */
export function readVerdict(text: string): Verdict {
  const exact = attempt(text.trim());
  if (exact) return { kind: 'scores', scores: exact, repaired: false };
  for (const [candidate] of text.matchAll(/\{[^{}]*\}/g)) {
    const found = attempt(candidate) ?? attempt(relaxed(candidate));
    if (found) return { kind: 'scores', scores: found, repaired: true };
  }
  const lines = fromLines(text);
  if (lines) return { kind: 'scores', scores: lines, repaired: true };
  return { kind: REFUSAL.test(text) ? 'refused' : 'unreadable' };
}

function attempt(text: string): Scores | undefined {
  const json = tryParseJson(text);
  if (typeof json !== 'object' || json === null) return undefined;
  const named = Object.fromEntries(
    Object.entries(json).map(([key, value]) => [
      key.toLowerCase(),
      typeof value === 'string' ? numberOf(value) : value,
    ]),
  );
  return schema.safeParse(named).data;
}

/** Fixes what models get wrong in JSON: single quotes, bare keys and trailing commas. */
function relaxed(text: string): string {
  return text
    .replaceAll("'", '"')
    .replace(/([{,]\s*)(\w+)\s*:/g, '$1"$2":')
    .replace(/:\s*(\d+(?:\.\d+)?)\s*\/\s*5\b/g, ': $1')
    .replace(/,\s*\}/g, '}');
}

/** The scale as models repeat it after a criterion: "(0-5)", "(out of 5)". Its 0 is not a score. */
const SCALE = String.raw`(?:\s*\((?:0\s*(?:[-–—]|to)|out of)\s*${HIGHEST}\))?`;
/**
 * A standalone number: no minus or comparison before it; no rest of a number, range, percentage or other scale after
 * it.
 */
const REST = [
  String.raw`[.,]?\d`,
  String.raw`\s*%`,
  String.raw`\s*(?:[-–—]|to|or)\s*\d`,
  String.raw`\s*(?:\/|out of)\s*(?!${HIGHEST}(?![.\d]*\d))\d`,
];
const ALONE = String.raw`(?<![-−–<≤≥~])(\d+(?:\.\d+)?)(?!${REST.join('|')})`;

function fromLines(text: string): Scores | undefined {
  const found = CRITERION_IDS.map((id): [CriterionId, number | undefined] => {
    const match = new RegExp(`\\b${CRITERIA[id].name}\\b${SCALE}\\W{0,8}(?:score\\W{0,3})?${ALONE}`, 'i').exec(text);
    return [id, match?.[1] === undefined ? undefined : Number(match[1])];
  });
  return schema.safeParse(Object.fromEntries(found)).data;
}

/** "4", "4/5" and "4 out of 5". */
function numberOf(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(?:(?:\/|out of)\s*5)?\s*$/i.exec(text);
  return match ? Number(match[1]) : Number.NaN;
}

/**
 * Reads the answer to a prompt that asks for a list of the four scores: bare numbers in the order of the criteria
 * ("[4, 3, 5, 4]"), or each with its name.
 */
export function readScoreList(text: string): Verdict {
  const lists = [text.replace(/[.\s]+$/, ''), ...(text.match(/\[[^[\]]*\]/g) ?? [])].flatMap(
    (each) => bareList(each) ?? [],
  );
  // Two lists that differ say nothing.
  const differ = new Set(lists.map((each) => JSON.stringify(each))).size > 1;
  const scores = differ ? undefined : (lists[0] ?? fromLines(text));
  return scores ? { kind: 'scores', scores, repaired: false } : differ ? { kind: 'unreadable' } : readVerdict(text);
}

function bareList(text: string): Scores | undefined {
  const numbers = text.replace(/^\s*\[|\]\s*$/g, '').split(',');
  if (numbers.length !== CRITERION_IDS.length) return undefined;
  return schema.safeParse(Object.fromEntries(CRITERION_IDS.map((id, i) => [id, numberOf(numbers[i] ?? '')]))).data;
}

/** Reads the answer to a comparison. */
export function readPreference(text: string): 'a' | 'b' | 'tie' | undefined {
  // "A tie" prefers neither, and "A and B" is not an answer yet.
  const match = /^\W*(?:(?:a\s+)?(tie)|(?:reply\s+)?(a|b)(?!\W+(?:and|or|tie)\b))\b/i.exec(text.trim());
  return (match?.[1] ?? match?.[2])?.toLowerCase() as 'a' | 'b' | 'tie' | undefined;
}
