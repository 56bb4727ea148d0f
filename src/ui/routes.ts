import type { Component } from 'svelte';

/** A page of the lab. To add one, add a row: navigation, titles and lazy loading follow. */
export interface View {
  /** First part of the address: `#/chat/…`. */
  id: string;
  /** In the navigation. */
  label: string;
  /** In the browser's tab, before the lab's name. */
  title: string;
  load: () => Promise<{ default: Component }>;
}

export const VIEWS: readonly [View, ...View[]] = [
  { id: 'chat', label: 'Chat', title: 'Chat', load: () => import('./views/ChatView.svelte') },
  {
    id: 'compare',
    label: 'Compare',
    title: 'Compare representations',
    load: () => import('./views/CompareView.svelte'),
  },
  { id: 'data', label: 'Data', title: 'Datasets', load: () => import('./views/DataView.svelte') },
  { id: 'runs', label: 'Runs', title: 'Evaluation runs', load: () => import('./views/RunsView.svelte') },
  { id: 'notebooks', label: 'Notebooks', title: 'Notebooks', load: () => import('./views/NotebooksView.svelte') },
  { id: 'models', label: 'Models', title: 'Models', load: () => import('./views/ModelsView.svelte') },
  { id: 'about', label: 'About', title: 'About and privacy', load: () => import('./views/AboutView.svelte') },
];

export interface Place {
  view: View;
  param: string | null;
}

/** Reads `#/view/param`; an address that names no view leads to the first one. */
export function placeOf(hash: string): Place {
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
