import type { TextStore } from '../../lab/index.ts';

const keyOf = (conversationId: string | null): string => `solace.draft.${conversationId ?? 'new'}`;

/** Unsent text, by conversation; `null` is the conversation that has not started. Survives a reload. */
export class Drafts {
  readonly #texts: TextStore;

  constructor(texts: TextStore) {
    this.#texts = texts;
  }

  read(conversationId: string | null): string {
    return this.#texts.get(keyOf(conversationId)) ?? '';
  }

  write(conversationId: string | null, text: string): void {
    this.#texts.set(keyOf(conversationId), text || null);
  }
}
