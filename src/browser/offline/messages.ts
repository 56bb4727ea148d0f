import type { Tier } from './precache.ts';

/** Requests of a page to the service worker; each is answered on the port sent along. */
export type OfflineRequest =
  /**
   * Fetch missing files of these tiers, until about `mostBytes` are stored. Answered with a status when done or when
   * the network fails.
   */
  | { type: 'fill'; tiers: readonly Tier[]; mostBytes: number }
  | { type: 'status' }
  /** Replace the running version. Not answered: the page sees `controllerchange`. */
  | { type: 'take-over' };

/** What is stored for offline use. */
export interface OfflineStatus {
  version: string;
  /** Whether all code of the lab is stored; engines may be missing. */
  code: boolean;
  /** Whether the engines are stored, too. */
  engines: boolean;
  missingBytes: number;
}
