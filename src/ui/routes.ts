/** A page of the lab. To add one, add a row here and its component in `views/load.ts`. */
export interface View {
  /** First part of the address: `#/chat/…`. */
  id: string;
  /** Its name in the navigation. */
  label: string;
  /** Title of the browser tab, before the lab's name. */
  title: string;
}

export const VIEWS = [
  { id: 'chat', label: 'Chat', title: 'Chat' },
  { id: 'compare', label: 'Compare', title: 'Compare compressions' },
  { id: 'data', label: 'Data', title: 'Datasets' },
  { id: 'runs', label: 'Runs', title: 'Evaluation runs' },
  { id: 'notebooks', label: 'Notebooks', title: 'Notebooks' },
  { id: 'models', label: 'Models', title: 'Models' },
  { id: 'about', label: 'About', title: 'About and privacy' },
] as const satisfies readonly View[];

export type ViewId = (typeof VIEWS)[number]['id'];

export interface Route {
  view: (typeof VIEWS)[number];
  param: string | null;
}

/** Reads `#/view/param`; an unknown view leads to the first one. */
export function parseRoute(hash: string): Route {
  const [, id = '', param = ''] = hash.replace(/^#/, '').split('/');
  const view = VIEWS.find((candidate) => candidate.id === id);
  if (!view) return { view: VIEWS[0], param: null };
  return { view, param: param ? safeDecode(param) : null };
}

export function hashOf(viewId: string, param?: string | null): string {
  return `#/${viewId}${param ? `/${encodeURIComponent(param)}` : ''}`;
}

function safeDecode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
