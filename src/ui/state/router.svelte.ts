import { hashOf, placeOf, type Place } from '../routes.ts';

const KEY = 'solace.places';

/** The current place, kept in the address so that back, forward and bookmarks work. */
class Router {
  place = $state.raw<Place>(placeOf(location.hash));
  /** Where each view was left, so that its link leads back there. */
  #params = $state<Record<string, string | null>>(readParams());

  constructor() {
    this.#remember();
    addEventListener('hashchange', () => this.#arrive());
  }

  /** The parameter that a view was left with in this tab. */
  lastParam(viewId: string): string | null {
    return this.#params[viewId] ?? null;
  }

  go(viewId: string, param?: string | null): void {
    location.hash = hashOf(viewId, param);
  }

  /** Changes the address without a step in the history, e.g. when a new conversation gets its id. */
  replace(viewId: string, param?: string | null): void {
    history.replaceState(history.state, '', hashOf(viewId, param));
    this.#arrive();
  }

  /** What a view was left with is gone. */
  forget(viewId: string): void {
    if (this.place.view.id === viewId) this.replace(viewId);
    else this.#params[viewId] = null;
  }

  #arrive(): void {
    this.place = placeOf(location.hash);
    this.#remember();
  }

  #remember(): void {
    this.#params[this.place.view.id] = this.place.param;
    try {
      sessionStorage.setItem(KEY, JSON.stringify(this.#params));
    } catch {
      // Storage is blocked: links lead to the views' beginnings after a reload.
    }
  }
}

function readParams(): Record<string, string | null> {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '{}');
    return typeof stored === 'object' && stored !== null ? (stored as Record<string, string | null>) : {};
  } catch {
    return {};
  }
}

export const router = new Router();
