import type { FinishReason, StreamEvent } from './engine.ts';

type Done = Extract<StreamEvent, { type: 'done' }>;

/** Takes the times of one reply and makes its last event of them. Start it before the prompt is prepared. */
export class ReplyClock {
  readonly #start = performance.now();
  #first: number | undefined;
  #last = 0;
  #ticks = 0;

  /** A token has come, or a piece of text where the engine does not show tokens. */
  tick(): void {
    this.#last = performance.now();
    this.#first ??= this.#last;
    this.#ticks++;
  }

  get ticks(): number {
    return this.#ticks;
  }

  /**
   * @param promptTokens null where the engine does not say
   * @param newTokens the engine's own count where it has one. Default: the ticks
   */
  done(reason: FinishReason, promptTokens: number | null, newTokens: number = this.#ticks): Done {
    const first = this.#first;
    return {
      type: 'done',
      reason,
      stats: {
        promptTokens,
        newTokens,
        firstTokenMs: (first ?? performance.now()) - this.#start,
        decodeMs: first === undefined ? 0 : this.#last - first,
      },
    };
  }
}
