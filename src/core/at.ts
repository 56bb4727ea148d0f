/** The item at `index`; negative counts from the end. A missing item is a programming error, so it throws. */
export function at<T>(list: ArrayLike<T>, index: number): T {
  const item = list[index < 0 ? list.length + index : index];
  if (item === undefined) throw new Error(`There is no item ${index} among ${list.length}.`);
  return item;
}

/** The value under `key`. Throws where there is none, which is a programming error. */
export function entry<T>(record: Readonly<Record<string, T>>, key: string): T {
  const value = Object.hasOwn(record, key) ? record[key] : undefined;
  if (value === undefined) throw new Error(`There is no entry "${key}".`);
  return value;
}
