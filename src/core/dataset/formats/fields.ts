import { z } from 'zod';
import type { Dialogue } from '../dialogue.ts';

/** An optional text: null and absent mean the same. */
export const optionalText = z
  .string()
  .nullish()
  .transform((text) => text ?? undefined);

/** A record's own id, a number or a text. */
export const optionalId = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((id) => id?.toString());

/** Names that every object inherits; as survey questions they are an attack or a mistake. */
const NOT_QUESTIONS = new Set(['__proto__', 'constructor', 'prototype']);

/** One side's answers by question. Published files write them as text; a non-numeric answer is dropped. */
function answersOf(value: unknown): Record<string, number> {
  const found = Object.entries(typeof value === 'object' && value !== null ? value : {})
    .map(([question, answer]): [string, number] => [question, answer === '' || answer === null ? NaN : Number(answer)])
    .filter(([question, answer]) => !NOT_QUESTIONS.has(question) && Number.isFinite(answer));
  return Object.fromEntries(found);
}

/** A survey of both sides; undefined if nobody answered anything, however the file says so. */
export const survey = z
  .unknown()
  .transform((value): Dialogue['survey'] => {
    const given: { seeker?: unknown; supporter?: unknown } = typeof value === 'object' && value !== null ? value : {};
    const sides = { seeker: answersOf(given.seeker), supporter: answersOf(given.supporter) };
    return Object.keys(sides.seeker).length + Object.keys(sides.supporter).length > 0 ? sides : undefined;
  })
  .optional();
