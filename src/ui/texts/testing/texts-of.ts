/** What functions are called with: parts that are found again in what they return, whatever a language does to them. */
export const PARTS = ['101', '102', '103', '104', '105'];

/** All texts below `value` by their path; of a function, what it makes of parts. */
export function textsOf(value: unknown, path = ''): [path: string, text: string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') return [[path, String(Reflect.apply(value, undefined, PARTS))]];
  const entries = Object.entries(value ?? {});
  if (entries.length === 0) throw new Error(`There is no text at ${path}.`);
  return entries.flatMap(([key, inner]) => textsOf(inner, path ? `${path}.${key}` : key));
}
