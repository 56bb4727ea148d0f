/**
 * The state of the frame around every view. The files of this folder are the only ones that create state: each makes
 * the classes of `../state` with the services they need, starts them, and hands the instances to the components. There
 * is one file per view, so that a view's code is fetched when it is opened.
 */
import {
  estimateMemory,
  formatResumes,
  isMetered,
  listModels,
  localTexts,
  mayStore,
  removeModel,
  residency,
  startOffline,
  subscribeToModels,
  tabTexts,
} from '../../lab/index.ts';
import { LanguageChoice } from '../state/language.svelte.ts';
import { Models } from '../state/models.svelte.ts';
import { OfflineView } from '../state/offline.svelte.ts';
import { Present } from '../state/present.svelte.ts';
import { Router, type Address } from '../state/router.svelte.ts';
import { SettingsState } from '../state/settings.svelte.ts';
import { lacksDatabases, StorageState } from '../state/storage.svelte.ts';
import { ThemeChoice } from '../state/theme.svelte.ts';
import { Toasts } from '../state/toasts.svelte.ts';
import { LOAD_TEXTS } from '../texts/load.ts';

const address: Address = {
  get: () => location.hash,
  go: (hash) => (location.hash = hash),
  replace: (hash) => history.replaceState(history.state, '', hash),
};
export const router = new Router(address, tabTexts);
addEventListener('hashchange', router.arrive);

export const present = new Present(document.documentElement, address);
export const storage = new StorageState(lacksDatabases());
export const languageChoice = new LanguageChoice({
  texts: localTexts,
  root: document.documentElement,
  preferred: navigator.languages,
  load: LOAD_TEXTS,
});
export const theme = new ThemeChoice(document.documentElement, localTexts);
export const toasts = new Toasts();
export const settings = new SettingsState(localTexts);

/** Keeps the lab for use without a network, while no model is being loaded; development has no service worker. */
export const offline = new OfflineView(
  import.meta.env.PROD ? startOffline(new URL('service-worker.js', document.baseURI), () => residency.idle()) : null,
);

export const models = new Models({
  shelf: { listModels, mayStore, removeModel, estimateMemory, formatResumes, subscribe: subscribeToModels },
  residency,
  texts: localTexts,
  offline,
  isMetered,
});
models.start();
