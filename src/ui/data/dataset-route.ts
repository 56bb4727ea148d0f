/** The dataset and dialogue in an address: the parameter of `#/data/…`. */
export interface DataRoute {
  dataset: string | null;
  dialogue: string | null;
}

/** Ids of datasets contain no tilde. */
const BETWEEN = '~';

export function parseDataRoute(param: string | null): DataRoute {
  if (!param) return { dataset: null, dialogue: null };
  const at = param.indexOf(BETWEEN);
  if (at < 0) return { dataset: param, dialogue: null };
  return { dataset: param.slice(0, at), dialogue: param.slice(at + 1) || null };
}

export function formatDataRoute(dataset: string, dialogue?: string): string {
  return dialogue === undefined ? dataset : `${dataset}${BETWEEN}${dialogue}`;
}
