import { z } from 'zod';
import { tryParseJson } from '../../core/json.ts';
import type { TextStore } from '../../lab/index.ts';
import { hashOf, parseRoute, type Route } from '../routes.ts';

const KEY = 'solace.places';
const paramsSchema = z.record(z.string(), z.string().nullable()).catch({});

/** The address of the page in the browser's tab. */
export interface Address {
  get(): string;
  /** Goes to another hash and adds a history entry. */
  go(hash: string): void;
  /** Replaces the hash without a history entry or an event. */
  replace(hash: string): void;
}

/** The current route, kept in the address so that back, forward and bookmarks work. */
export class Router {
  route = $state.raw<Route>(parseRoute(''));
  /** The last route of each view, so that its link leads back there. */
  #params = $state<Record<string, string | null>>({});
  readonly #address: Address;
  readonly #texts: TextStore;

  constructor(address: Address, texts: TextStore) {
    this.#address = address;
    this.#texts = texts;
    this.#params = readParams(texts);
    this.arrive();
  }

  /** The last parameter of a view in this tab. */
  lastParam(viewId: string): string | null {
    return this.#params[viewId] ?? null;
  }

  go(viewId: string, param?: string | null, query = ''): void {
    this.#address.go(hashOf(viewId, param, query));
  }

  /** Replaces the address without a history entry, e.g. when a new conversation gets its id. */
  replace(viewId: string, param?: string | null, query = ''): void {
    this.#address.replace(hashOf(viewId, param, query));
    this.arrive();
  }

  /** Forgets the parameter of a view, because it no longer exists. */
  forget(viewId: string): void {
    if (this.route.view.id === viewId) this.replace(viewId);
    else this.#remember(viewId, null);
  }

  /** Reads the address again; called when it has changed. */
  readonly arrive = (): void => {
    this.route = parseRoute(this.#address.get());
    this.#remember(this.route.view.id, this.route.param);
  };

  // Where storage is blocked, links lead to each view without a parameter after a reload.
  #remember(viewId: string, param: string | null): void {
    this.#params[viewId] = param;
    this.#texts.set(KEY, JSON.stringify(this.#params));
  }
}

function readParams(texts: TextStore): Record<string, string | null> {
  return paramsSchema.parse(tryParseJson(texts.get(KEY) ?? '{}'));
}
