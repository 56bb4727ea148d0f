import { readdirSync, readFileSync } from 'node:fs';

/** Mebibytes of memory that a process and all its descendants use now; undefined where /proc does not exist. */
export function residentMiB(root: number): number | undefined {
  const parents = new Map<number, number>();
  const resident = new Map<number, number>();
  try {
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      if (!pid) continue;
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        parents.set(pid, Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0));
        resident.set(pid, Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024);
      } catch {
        // The process ended during the check.
      }
    }
  } catch {
    return undefined;
  }
  const descends = (pid: number): boolean => pid === root || (pid > 1 && descends(parents.get(pid) ?? 0));
  return [...resident].filter(([pid]) => descends(pid)).reduce((sum, [, size]) => sum + size, 0);
}

/** Runs `work` and returns its result and the peak increase of memory above `before`. */
export async function withPeak<T>(
  measure: () => number | undefined,
  work: () => Promise<T>,
): Promise<{ result: T; peakMiB: number | undefined }> {
  const before = measure() ?? 0;
  let peak: number | undefined;
  const look = (): void => {
    const now = measure();
    if (now !== undefined) peak = Math.max(peak ?? 0, now - before);
  };
  const timer = setInterval(look, 250);
  try {
    const result = await work();
    look();
    return { result, peakMiB: peak };
  } finally {
    clearInterval(timer);
  }
}
