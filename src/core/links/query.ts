import type { z } from 'zod';
import { tryParseJson } from '../json.ts';

/** The longest query that is read, in UTF-16 units. Longer ones could only stall the page. */
export const LONGEST_QUERY = 24_000;

type Shape = Readonly<Record<string, z.ZodType>>;
export type QueryValues<S extends Shape> = { [Key in keyof S]?: z.output<S[Key]> };

/** What a query holds, and the names of the parts that could not be used. */
export interface ReadQuery<S extends Shape> {
  values: QueryValues<S>;
  refused: string[];
}

/** Writes values as the query of a link. Texts stay readable; everything else is JSON. Undefined is left out. */
export function writeQuery(values: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined) query.append(key, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return query.toString();
}

/**
 * Reads the query of a link, which may come from anybody: what `shape` does not name is ignored, and what does not fit
 * is refused.
 */
export function readQuery<S extends Shape>(query: string, shape: S): ReadQuery<S> {
  if (query.length > LONGEST_QUERY) return { values: {}, refused: ['everything, because the link is too long'] };
  const values: Record<string, unknown> = {};
  const refused: string[] = [];
  for (const [key, text] of new URLSearchParams(query)) {
    const schema = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (!schema) continue;
    const read = schema.safeParse(text);
    const parsed = read.success ? read : schema.safeParse(tryParseJson(text));
    if (parsed.success) values[key] = parsed.data;
    else refused.push(key);
  }
  return { values: values as QueryValues<S>, refused };
}
