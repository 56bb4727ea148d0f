/** The item at `index`, from the end where it is negative. Throws where there is none, which is a programming error. */
export function at<T>(list: readonly T[], index: number): T {
  const item = list[index < 0 ? list.length + index : index];
  if (item === undefined) throw new Error(`There is no item ${index} among ${list.length}.`);
  return item;
}
