import type { Component } from 'svelte';
import type { ViewId } from '../routes.ts';

/** The component of each view, fetched when the view is first shown. */
export const LOAD_VIEW: Record<ViewId, () => Promise<{ default: Component }>> = {
  chat: () => import('./ChatView.svelte'),
  compare: () => import('./CompareView.svelte'),
  data: () => import('./DataView.svelte'),
  runs: () => import('./RunsView.svelte'),
  notebooks: () => import('./NotebooksView.svelte'),
  models: () => import('./ModelsView.svelte'),
  tour: () => import('./TourView.svelte'),
  about: () => import('./AboutView.svelte'),
};
