/** Keys of endpoints, for as long as the page lives. */
const keys = new Map<string, string>();

export const keyOf = (id: string): string | undefined => keys.get(id);

/** A key that was typed before for the same endpoint does not go along unasked. */
export function holdKey(id: string, key: string | undefined): void {
  if (key) keys.set(id, key);
  else keys.delete(id);
}
