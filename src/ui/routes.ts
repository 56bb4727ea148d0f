/** A page of the lab. To add one, add a row here and its component in `views/load.ts`. */
export interface View {
  /** First part of the address: `#/chat/…`. */
  id: string;
  /** Its name in the navigation. */
  label: string;
  /** Title of the browser tab, before the lab's name. */
  title: string;
  /** Reached by links in the page, not from the navigation. */
  unlisted?: true;
}

export const VIEWS = [
  { id: 'chat', label: 'Chat', title: 'Chat' },
  { id: 'compare', label: 'Compare', title: 'Compare compressions' },
  { id: 'data', label: 'Data', title: 'Datasets' },
  { id: 'runs', label: 'Runs', title: 'Evaluation runs' },
  { id: 'notebooks', label: 'Notebooks', title: 'Notebooks' },
  { id: 'models', label: 'Models', title: 'Models' },
  { id: 'about', label: 'About', title: 'About and privacy' },
  { id: 'tour', label: 'Tour', title: 'A short tour', unlisted: true },
] as const satisfies readonly View[];

export type ViewId = (typeof VIEWS)[number]['id'];

export interface Route {
  view: (typeof VIEWS)[number];
  param: string | null;
  /** The view's own state, as URLs write queries; without a question mark. */
  query: string;
}

/** Reads `#/view/param?query`; an unknown view leads to the first one. */
export function parseRoute(hash: string): Route {
  const [, path = '', query = ''] = /^#?([^?]*)\??(.*)$/s.exec(hash) ?? [];
  const [, id = '', param = ''] = path.split('/');
  const view = VIEWS.find((candidate) => candidate.id === id);
  if (!view) return { view: VIEWS[0], param: null, query: '' };
  return { view, param: param ? safeDecode(param) : null, query };
}

export function hashOf(viewId: string, param?: string | null, query = ''): string {
  return `#/${viewId}${param ? `/${encodeURIComponent(param)}` : ''}${query ? `?${query}` : ''}`;
}

function safeDecode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
