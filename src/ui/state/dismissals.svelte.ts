import { z } from 'zod';
import type { TextStore } from '../../lab/index.ts';
import { Stored } from './stored.svelte.ts';

const schema = z.object({ ids: z.array(z.string()).catch([]) });

/** Maximum number remembered; the oldest are forgotten first. */
const MOST = 500;

/** The messages whose crisis banner a person has closed. */
export class Dismissals {
  readonly #stored: Stored<typeof schema>;

  constructor(texts: TextStore) {
    this.#stored = new Stored(texts, 'dismissals', schema);
  }

  has(messageId: string): boolean {
    return this.#stored.current.ids.includes(messageId);
  }

  add(messageId: string): void {
    this.#stored.current = { ids: [...this.#stored.current.ids, messageId].slice(-MOST) };
  }
}
