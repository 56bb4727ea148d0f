/** Keys of endpoints, kept while the page is open. */
const keys = new Map<string, string>();

export const keyOf = (id: string): string | undefined => keys.get(id);

/** A key that was entered earlier for the same endpoint is not used unasked. */
export function holdKey(id: string, key: string | undefined): void {
  if (key) keys.set(id, key);
  else keys.delete(id);
}
