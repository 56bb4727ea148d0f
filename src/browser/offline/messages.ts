import type { Tier } from './precache.ts';

/** What a page asks of the service worker; each is answered on the port that comes with it. */
export type OfflineRequest =
  /** Fetch what is missing of these tiers. Answered with a status when done or when the network fails. */
  | { type: 'fill'; tiers: readonly Tier[] }
  | { type: 'status' }
  /** Take over from the version that is running. Not answered: the page sees `controllerchange`. */
  | { type: 'take-over' };

/** What is kept for use without a network. */
export interface OfflineStatus {
  version: string;
  /** All code of the lab is kept; only engines may be missing. */
  code: boolean;
  /** The engines are kept, too. */
  engines: boolean;
  missingBytes: number;
}
