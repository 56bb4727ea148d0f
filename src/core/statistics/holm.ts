/**
 * Adjusted p-values in the order given, so that over all of them the chance of even one false rejection stays below the
 * level at which each is read. Reference: Holm (1979), "A simple sequentially rejective multiple test procedure".
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((a, b) => (ps[a] as number) - (ps[b] as number));
  const adjusted = new Array<number>(ps.length);
  let largest = 0;
  order.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, (ps.length - rank) * (ps[index] as number)));
    adjusted[index] = largest;
  });
  return adjusted;
}
