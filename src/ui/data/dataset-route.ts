/** Which dataset and dialogue an address shows: the parameter of `#/data/…`. */
export interface DataPlace {
  dataset: string | null;
  dialogue: string | null;
}

/** Ids of datasets hold no tilde. */
const BETWEEN = '~';

export function readPlace(param: string | null): DataPlace {
  if (!param) return { dataset: null, dialogue: null };
  const at = param.indexOf(BETWEEN);
  if (at < 0) return { dataset: param, dialogue: null };
  return { dataset: param.slice(0, at), dialogue: param.slice(at + 1) || null };
}

export function writePlace(dataset: string, dialogue?: string): string {
  return dialogue === undefined ? dataset : `${dataset}${BETWEEN}${dialogue}`;
}
