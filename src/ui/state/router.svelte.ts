import { hashOf, placeOf, type Place } from '../routes.ts';

/** The current place, kept in the address so that back, forward and bookmarks work. */
class Router {
  place = $state.raw<Place>(placeOf(location.hash));

  constructor() {
    addEventListener('hashchange', () => {
      this.place = placeOf(location.hash);
    });
  }

  go(viewId: string, param?: string | null): void {
    location.hash = hashOf(viewId, param);
  }

  /** Changes the address without a step in the history, e.g. when a new conversation gets its id. */
  replace(viewId: string, param?: string | null): void {
    history.replaceState(history.state, '', hashOf(viewId, param));
    this.place = placeOf(location.hash);
  }
}

export const router = new Router();
