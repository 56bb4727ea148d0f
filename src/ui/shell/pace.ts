import type { LoadProgress } from '../../core/engine/engine.ts';
import { shellTexts } from '../texts/shell.ts';

/** How fast a transfer has been in the last seconds, and how long the rest takes at that pace. */
export interface Pace {
  bytesPerSecond: number;
  secondsLeft: number;
}

/** Milliseconds over which the pace is measured: long enough that one pause does not change it. */
const WINDOW_MS = 15_000;
/** Milliseconds before there is a first estimate. */
const LEAST_MS = 3_000;

/** Measures the pace of a transfer from its progress. */
export class PaceMeter {
  #seen: { at: number; progress: LoadProgress }[] = [];

  /**
   * Takes a report of progress and returns the pace; null while it cannot be known.
   * @param now milliseconds of a clock that never goes back
   */
  add(progress: LoadProgress, now: number): Pace | null {
    const last = this.#seen.at(-1)?.progress;
    // Another step of loading has a pace of its own.
    if (last && (last.totalBytes !== progress.totalBytes || last.loadedBytes > progress.loadedBytes)) this.#seen = [];
    this.#seen.push({ at: now, progress });
    while (this.#seen.length > 2 && now - (this.#seen[0]?.at ?? now) > WINDOW_MS) this.#seen.shift();
    const first = this.#seen[0];
    const ms = now - (first?.at ?? now);
    const bytes = progress.loadedBytes - (first?.progress.loadedBytes ?? 0);
    if (ms < LEAST_MS || bytes <= 0 || progress.totalBytes === 0) return null;
    const bytesPerSecond = (bytes / ms) * 1000;
    return { bytesPerSecond, secondsLeft: (progress.totalBytes - progress.loadedBytes) / bytesPerSecond };
  }
}

/** As roughly as it is known: "a few seconds left", "about 40 s left", "about 3 min left". */
export function timeLeft(seconds: number): string {
  if (seconds < 10) return shellTexts.fewSecondsLeft;
  if (seconds < 55) return shellTexts.secondsLeft(Math.round(seconds / 10) * 10);
  if (seconds < 3570) return shellTexts.minutesLeft(Math.max(1, Math.round(seconds / 60)));
  return shellTexts.hoursLeft;
}
