import { z } from 'zod';
import type { TextStore } from '../../lab/index.ts';
import { hashOf, placeOf, type Place } from '../routes.ts';

const KEY = 'solace.places';
const paramsSchema = z.record(z.string(), z.string().nullable()).catch({});

/** The address of the page, as the browser's tab holds it. */
export interface Address {
  get(): string;
  /** Goes to another hash, with a step in the history. */
  go(hash: string): void;
  /** Changes the hash without a step in the history, and without an event. */
  replace(hash: string): void;
}

/** The current place, kept in the address so that back, forward and bookmarks work. */
export class Router {
  place = $state.raw<Place>(placeOf(''));
  /** Where each view was left, so that its link leads back there. */
  #params = $state<Record<string, string | null>>({});
  readonly #address: Address;
  readonly #texts: TextStore;

  constructor(address: Address, texts: TextStore) {
    this.#address = address;
    this.#texts = texts;
    this.#params = readParams(texts);
    this.arrive();
  }

  /** The parameter that a view was left with in this tab. */
  lastParam(viewId: string): string | null {
    return this.#params[viewId] ?? null;
  }

  go(viewId: string, param?: string | null): void {
    this.#address.go(hashOf(viewId, param));
  }

  /** Changes the address without a step in the history, e.g. when a new conversation gets its id. */
  replace(viewId: string, param?: string | null): void {
    this.#address.replace(hashOf(viewId, param));
    this.arrive();
  }

  /** What a view was left with is gone. */
  forget(viewId: string): void {
    if (this.place.view.id === viewId) this.replace(viewId);
    else this.#remember(viewId, null);
  }

  /** Reads the address again; called when it has changed. */
  readonly arrive = (): void => {
    this.place = placeOf(this.#address.get());
    this.#remember(this.place.view.id, this.place.param);
  };

  // Where storage is blocked, links lead to the views' beginnings after a reload.
  #remember(viewId: string, param: string | null): void {
    this.#params[viewId] = param;
    this.#texts.set(KEY, JSON.stringify(this.#params));
  }
}

function readParams(texts: TextStore): Record<string, string | null> {
  try {
    return paramsSchema.parse(JSON.parse(texts.get(KEY) ?? '{}'));
  } catch {
    return {};
  }
}
