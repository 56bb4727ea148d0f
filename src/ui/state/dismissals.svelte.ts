import { z } from 'zod';
import { Stored } from './stored.svelte.ts';

const schema = z.object({ ids: z.array(z.string()).catch([]) });

/** More than this many are not remembered; the oldest are forgotten first. */
const MOST = 500;

/** The messages whose crisis banner a person has closed. */
class Dismissals {
  readonly #stored = new Stored('dismissals', schema);

  has(messageId: string): boolean {
    return this.#stored.current.ids.includes(messageId);
  }

  add(messageId: string): void {
    this.#stored.current = { ids: [...this.#stored.current.ids, messageId].slice(-MOST) };
  }
}

export const dismissals = new Dismissals();
