import type { LoadProgress } from './engine.ts';

/** Milliseconds between reports: often enough for a progress bar to move. */
const INTERVAL_MS = 100;

/**
 * Passes on progress at most every 100 ms, and at once when a stage begins or ends. A model arrives in thousands of
 * pieces, and each report would be a message to the page, which draws it.
 */
export function sparingly(
  report: (progress: LoadProgress) => void,
  now: () => number = () => performance.now(),
): (progress: LoadProgress) => void {
  let last: { stage: string; at: number } | undefined;
  return (progress) => {
    const ends = progress.totalBytes > 0 && progress.loadedBytes >= progress.totalBytes;
    if (!ends && last?.stage === progress.stage && now() - last.at < INTERVAL_MS) return;
    last = { stage: progress.stage, at: now() };
    report(progress);
  };
}
