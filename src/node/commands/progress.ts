import type { RetryWait } from '../../core/engine/retry.ts';
import type { RunProgress } from '../../core/evaluation/progress-estimator.ts';

/** Reports on standard error that a busy or unreachable server will be asked again. */
export function reportWait({ milliseconds, error }: RetryWait): void {
  process.stderr.write(`${error.message} Trying again in ${Math.ceil(milliseconds / 1000)} s.\n`);
}

/** Reports progress on standard error: one line every ten seconds, and the last one. */
export function progressReporter(): (stage: string, progress: RunProgress) => void {
  let last = 0;
  return (stage, { done, total, remainingMs }) => {
    if (Date.now() - last < 10_000 && done < total) return;
    last = Date.now();
    const rest = remainingMs === null ? '' : `, about ${Math.ceil(remainingMs / 1000)} s left`;
    process.stderr.write(`${stage}: ${done} of ${total}${rest}\n`);
  };
}

/** Reports on standard error how many records or dialogues have no result, and the first reason. */
export function reportNoResult(what: string, reasons: readonly string[], of: number): void {
  if (reasons.length > 0)
    process.stderr.write(`${reasons.length} of ${of} ${what} have no result. The first says: ${reasons[0]}\n`);
}
