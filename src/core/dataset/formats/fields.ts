import { z } from 'zod';
import type { Dialogue } from '../dialogue.ts';

/** A text that may be missing: null and absent are one. */
export const optionalText = z
  .string()
  .nullish()
  .transform((text) => text ?? undefined);

/** A record's own id, a number or a text. */
export const optionalId = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((id) => id?.toString());

/** Names that an object has anyway; as questions of a survey they are an attack or a mistake. */
const NOT_QUESTIONS = new Set(['__proto__', 'constructor', 'prototype']);

/** Answers of one side by question. Published files write them as texts; what is no number is no answer. */
function answersOf(value: unknown): Record<string, number> {
  const found = Object.entries(typeof value === 'object' && value !== null ? value : {})
    .map(([question, answer]): [string, number] => [question, answer === '' || answer === null ? NaN : Number(answer)])
    .filter(([question, answer]) => !NOT_QUESTIONS.has(question) && Number.isFinite(answer));
  return Object.fromEntries(found);
}

/** A survey of both sides; undefined where nobody answered anything, however that was written down. */
export const survey = z
  .unknown()
  .transform((value): Dialogue['survey'] => {
    const given: { seeker?: unknown; supporter?: unknown } = typeof value === 'object' && value !== null ? value : {};
    const sides = { seeker: answersOf(given.seeker), supporter: answersOf(given.supporter) };
    return Object.keys(sides.seeker).length + Object.keys(sides.supporter).length > 0 ? sides : undefined;
  })
  .optional();
