import type { TextStore } from '../../lab/index.ts';

const keyOf = (conversationId: string | null): string => `solace.draft.${conversationId ?? 'new'}`;

/**
 * Unsent text, by conversation; `null` is the conversation that has not started. Survives a reload where the browser
 * stores it.
 */
export class Drafts {
  readonly #texts: TextStore;
  readonly #written = new Map<string, string>();

  constructor(texts: TextStore) {
    this.#texts = texts;
  }

  read(conversationId: string | null): string {
    const key = keyOf(conversationId);
    return this.#written.get(key) ?? this.#texts.get(key) ?? '';
  }

  write(conversationId: string | null, text: string): void {
    const key = keyOf(conversationId);
    this.#written.set(key, text);
    this.#texts.set(key, text || null);
  }
}
