/** The item at `index`; negative counts from the end. A missing item is a programming error, so it throws. */
export function at<T>(list: readonly T[], index: number): T {
  const item = list[index < 0 ? list.length + index : index];
  if (item === undefined) throw new Error(`There is no item ${index} among ${list.length}.`);
  return item;
}
