import type { FinishReason, StreamEvent } from './engine.ts';

type Done = Extract<StreamEvent, { type: 'done' }>;

/** Times one reply and creates its last event. Start it before the prompt is prepared. */
export class ReplyClock {
  readonly #start = performance.now();
  #first: number | undefined;
  #last = 0;
  #ticks = 0;

  /** Call for each token, or each piece of text if the engine does not expose tokens. */
  tick(): void {
    this.#last = performance.now();
    this.#first ??= this.#last;
    this.#ticks++;
  }

  get ticks(): number {
    return this.#ticks;
  }

  /**
   * @param promptTokens null if the engine does not report them
   * @param newTokens the engine's own count, if it has one. Default: the ticks
   * @param readTokens how much of the prompt was read, if the engine reports it
   */
  done(reason: FinishReason, promptTokens: number | null, newTokens: number = this.#ticks, readTokens?: number): Done {
    const first = this.#first;
    return {
      type: 'done',
      reason,
      stats: {
        promptTokens,
        ...(readTokens !== undefined && { readTokens }),
        newTokens,
        firstTokenMs: (first ?? performance.now()) - this.#start,
        decodeMs: first === undefined ? 0 : this.#last - first,
      },
    };
  }
}
