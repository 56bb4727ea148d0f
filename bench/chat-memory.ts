import { readdirSync, readFileSync } from 'node:fs';

/** Mebibytes of memory that a process's descendants use now; undefined where /proc does not exist. */
export const residentMiB = (root: number): number | undefined =>
  sumOfProcesses(root, (folder, pid) => {
    if (pid === root) return 0;
    const status = readFileSync(`${folder}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
  });

/** Clock ticks of the kernel per second, which Linux fixes for programs. */
const TICKS = 100;

/** CPU seconds that a process's living descendants have used; undefined where /proc does not exist. */
export const cpuSeconds = (root: number): number | undefined =>
  sumOfProcesses(root, (folder, pid) => {
    if (pid === root) return 0;
    const fields = readFileSync(`${folder}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  });

/** The sum of a value of a process and of all its descendants, by their folders in /proc. */
function sumOfProcesses(root: number, valueOf: (folder: string, pid: number) => number): number | undefined {
  const parents = new Map<number, number>();
  const values = new Map<number, number>();
  try {
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      if (!pid) continue;
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        parents.set(pid, Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0));
        values.set(pid, valueOf(`/proc/${pid}`, pid));
      } catch {
        // The process ended during the check.
      }
    }
  } catch {
    return undefined;
  }
  const descends = (pid: number): boolean => pid === root || (pid > 1 && descends(parents.get(pid) ?? 0));
  return [...values].filter(([pid]) => descends(pid)).reduce((sum, [, value]) => sum + value, 0);
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
