import { availableParallelism, cpus } from 'node:os';
import { createMetrics, type Measurement, type Metrics } from '../src/lab/metrics.ts';
import type { Pair } from '../src/core/metrics/pair.ts';
import { nodeWorker } from '../src/node/node-worker.ts';
import { benchPairs } from './metrics-pairs.ts';
import { runPython, type PythonRun } from './metrics-python.ts';

const PAIRS = 1590;
const PYTHON_ROUNDS = 3;
/** More than Python's, because each of two workers sees half of the pairs and the compiler needs a few more rounds. */
const ROUNDS = 10;

/** `npm run bench -- metrics`: every text metric of 1,590 pairs here and in Python, warm, best round. */
export async function benchMetrics(): Promise<void> {
  const { pairs, source } = benchPairs(PAIRS);
  console.log(
    `${PAIRS} pairs (${source}); ${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, Node ` +
      `${process.version}\n`,
  );

  const python = await runPython(pairs, PYTHON_ROUNDS);
  const total = Object.values(python.seconds).reduce((sum, seconds) => sum + seconds, 0);
  for (const [name, seconds] of Object.entries(python.seconds)) row(`Python ${python.python}, ${name}`, seconds);
  row('Python, together', total);

  const cores = availableParallelism();
  const runs: Timing[] = [];
  for (const workers of [...new Set([1, 2, cores])].sort((a, b) => a - b)) {
    const run = await timed(pairs, workers);
    runs.push(run);
    const one = runs[0] ?? run;
    row(
      `Solace Lab, ${workers} worker${workers > 1 ? 's' : ''}`,
      run.seconds,
      `${(total / run.seconds).toFixed(1)} x Python, ${(one.seconds / run.seconds).toFixed(2)} x one worker; ` +
        `${(run.cpuSeconds / run.seconds).toFixed(2)} cores busy`,
    );
  }
  const busy = (runs[0]?.cpuSeconds ?? NaN) / (runs[0]?.seconds ?? NaN);
  console.log(
    `\nOne worker, the page's thread and the engine's helpers keep ${busy.toFixed(2)} cores busy, so ${cores} ` +
      `cores allow ${(cores / busy).toFixed(2)} x one worker.`,
  );
  const last = runs.at(-1);
  if (last) console.log(`Largest difference from Python in any value: ${largestDifference(last.measurement, python)}`);
}

interface Timing {
  seconds: number;
  /** CPU time of all threads while the pairs were measured. */
  cpuSeconds: number;
  measurement: Measurement;
}

/** The best of the rounds. */
async function timed(pairs: Pair[], workers: number): Promise<Timing> {
  const metrics: Metrics = createMetrics({
    spawn: () => nodeWorker(new URL('./metrics-worker.ts', import.meta.url)),
    workers,
    wordnetUrl: 'local',
  });
  // The first run starts the workers, reads WordNet and warms the compiler.
  let best: Timing = { seconds: Infinity, cpuSeconds: Infinity, measurement: await metrics.measure(pairs) };
  for (let round = 0; round < ROUNDS; round++) {
    const [start, before] = [performance.now(), process.cpuUsage()];
    const measurement = await metrics.measure(pairs);
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(before);
    if (seconds < best.seconds) best = { seconds, cpuSeconds: (user + system) / 1e6, measurement };
  }
  metrics.terminate();
  return best;
}

function largestDifference({ pairs, corpus }: Measurement, python: PythonRun): string {
  const differences: number[] = [];
  const compare = (ours: unknown, theirs: unknown) => {
    const [a, b] = [[ours].flat(), [theirs].flat()];
    b.forEach((value, i) => differences.push(Math.abs(Number(a[i]) - Number(value))));
  };
  pairs.forEach(({ scores }, i) => {
    for (const [name, value] of Object.entries(python.rows[i] ?? {}))
      compare(scores[name as keyof typeof scores], value);
  });
  for (const [name, value] of Object.entries(python.corpus)) compare(corpus[name as keyof typeof corpus], value);
  return `${Math.max(...differences).toExponential(1)} (${differences.length} values)`;
}

function row(name: string, seconds: number, note = ''): void {
  console.log(`${name.padEnd(30)}${seconds.toFixed(3).padStart(8)} s   ${note}`);
}
