import { startOffline, type Offline, type OfflineState } from '../../browser/offline/offline.ts';

/** Whether the lab can be used without a network. In development there is no service worker to ask. */
class OfflineView {
  state = $state.raw<OfflineState>({ phase: 'unavailable', engines: false, updateWaiting: false });
  readonly #offline: Offline | null = import.meta.env.PROD
    ? startOffline(new URL('service-worker.js', document.baseURI))
    : null;

  constructor() {
    this.#offline?.subscribe((state) => (this.state = state));
  }

  update(): void {
    this.#offline?.update();
  }

  keepEngines(): void {
    void this.#offline?.keepEngines();
  }
}

export const offline = new OfflineView();
