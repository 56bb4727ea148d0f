import { duration, integer } from '../components/format.ts';
import type { RunningRun } from '../state/runs.svelte.ts';
import { runTexts } from '../texts/runs.ts';

/** How far some work has come, and how long it will take if that is known. */
export function progressText({ done, total, remainingMs }: Pick<RunningRun, 'done' | 'total' | 'remainingMs'>): string {
  const progress = runTexts.ofTotal(integer(done), integer(total));
  return remainingMs && done < total ? runTexts.timeLeft(progress, duration(remainingMs)) : progress;
}
