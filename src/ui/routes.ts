/** A page of the lab. Its names are in `texts/en/shell.ts`, its component in `views/load.ts`. */
export interface View {
  /** First part of the address: `#/chat/…`. */
  id: string;
  /** Reached by links in the page, not from the navigation. */
  unlisted?: true;
}

export const VIEWS = [
  { id: 'chat' },
  { id: 'compare' },
  { id: 'data' },
  { id: 'runs' },
  { id: 'notebooks' },
  { id: 'models' },
  { id: 'about' },
  { id: 'tour', unlisted: true },
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
