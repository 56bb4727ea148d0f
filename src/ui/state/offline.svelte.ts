import type { Offline, OfflineState } from '../../lab/index.ts';

/** Whether the lab can be used without a network; null without a service worker, as in development. */
export class OfflineView {
  state = $state.raw<OfflineState>({ phase: 'unavailable', engines: false, updateWaiting: false });
  readonly #offline: Offline | null;

  constructor(offline: Offline | null) {
    this.#offline = offline;
    offline?.subscribe((state) => (this.state = state));
  }

  update(): void {
    this.#offline?.update();
  }

  keepEngines(): void {
    // What could not be stored is fetched again on the next visit.
    this.#offline?.keepEngines().catch(() => undefined);
  }
}
