import { LabError } from '../error.ts';
import type { LoadedModel, StreamEvent } from './engine.ts';
import { seededRandom } from '../random/xoshiro128.ts';
import type { Random } from '../random/random.ts';

/** A pause before the same request is sent again. */
export interface RetryWait {
  milliseconds: number;
  /** Why the request failed. */
  error: LabError;
}

export interface RetryOptions {
  /** Called before each pause. */
  onWait?: ((wait: RetryWait) => void) | undefined;
  sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  random?: Random;
}

/** Attempts per request; with the pauses below, about three minutes of an unreachable server. */
const MOST_TRIES = 8;
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;
/** The longest Retry-After that is waited for, in milliseconds. */
const LONGEST_RETRY_AFTER = 600_000;

/**
 * Repeats `work` until it succeeds, with growing pauses after temporary failures: a busy server (429), one that failed
 * (5xx), a broken connection, a truncated reply. Respects a server's Retry-After.
 * @throws {LabError} the last failure; any other at once; `cancelled` on `signal`.
 */
export async function retried<Result>(
  work: () => Promise<Result>,
  signal?: AbortSignal,
  options: RetryOptions = {},
): Promise<Result> {
  const { onWait, sleep = sleepUnlessStopped, random = seededRandom(Date.now()) } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const passing = error instanceof LabError && error.retryable && (error.retryAfter ?? 0) <= LONGEST_RETRY_AFTER;
      if (!passing || attempt === MOST_TRIES || signal?.aborted) throw error;
      // Jitter, so that requests that were refused together are not retried together.
      const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1)) * (0.75 + random() / 2);
      const milliseconds = Math.max(pause, error.retryAfter ?? 0);
      onWait?.({ milliseconds, error });
      await sleep(milliseconds, signal);
    }
  }
}

/**
 * A model whose requests are retried, for unattended work: a reply's events come together once it is complete, so that
 * text of a failed attempt is never seen.
 */
export function retryingModel(model: LoadedModel, options: RetryOptions = {}): LoadedModel {
  const collect = async (...request: Parameters<LoadedModel['stream']>): Promise<StreamEvent[]> => {
    const events: StreamEvent[] = [];
    for await (const event of model.stream(...request)) events.push(event);
    return events;
  };
  const { scorer } = model;
  return {
    info: model.info,
    tokenizer: model.tokenizer,
    scorer: scorer && {
      score: (text, signal, from, top) => retried(() => scorer.score(text, signal, from, top), signal, options),
    },
    async *stream(messages, decoding, signal) {
      yield* await retried(() => collect(messages, decoding, signal), signal, options);
    },
    unload: () => model.unload(),
  };
}

function sleepUnlessStopped(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(LabError.cancelled());
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
