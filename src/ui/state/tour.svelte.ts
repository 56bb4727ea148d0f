import { z } from 'zod';
import type { TextStore } from '../../lab/index.ts';
import { Stored } from './stored.svelte.ts';

/** The stops of the tour, in order. */
export const STOPS = ['seen', 'compare', 'window'] as const;
export type StopId = (typeof STOPS)[number];

const schema = z.object({
  stop: z.int().min(1).max(STOPS.length).catch(1),
  begun: z.boolean().catch(false),
  done: z.boolean().catch(false),
});

/** Where a person is in the tour; kept, so that they can leave and resume it. */
export class Tour {
  readonly #stored: Stored<typeof schema>;

  constructor(texts: TextStore) {
    this.#stored = new Stored(texts, 'tour', schema);
  }

  /** The stop to resume at, from 1. */
  get stop(): number {
    return this.#stored.current.stop;
  }

  /** Left before its end. */
  get begun(): boolean {
    return this.#stored.current.begun && !this.#stored.current.done;
  }

  get done(): boolean {
    return this.#stored.current.done;
  }

  /** Reads the stop from an address; without one, the tour is resumed, or begins again after its end. */
  stopIn(param: string | null): number {
    const named = Number(param);
    if (Number.isInteger(named) && named >= 1 && named <= STOPS.length) return named;
    return this.done ? 1 : this.stop;
  }

  visit(stop: number): void {
    this.#stored.current = { stop, begun: true, done: false };
  }

  finish(): void {
    this.#stored.current = { ...this.#stored.current, done: true };
  }
}
