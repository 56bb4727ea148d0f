import { nodeWorker } from '../../src/node/node-worker.ts';
import type { FuzzFormat } from './formats.ts';
import type { Mutant } from './mutant.ts';
import type { FuzzJob } from './thread.ts';

export interface FuzzOptions {
  seed: number;
  count: number;
  /** A mutant that takes longer is a hang. */
  hangMs?: number;
}

/** Tries mutants of a format in a thread, which is ended if one hangs, and yields each outcome. */
export async function* fuzz(
  { name }: Pick<FuzzFormat, 'name'>,
  { seed, count, hangMs = 20_000 }: FuzzOptions,
): AsyncGenerator<Mutant> {
  for (let next = 0; next < count;) {
    for await (const mutant of stretch({ format: name, seed, from: next, to: count }, hangMs)) {
      next = mutant.index + 1;
      yield mutant;
    }
  }
}

/** Until the last mutant or the first that hangs. */
async function* stretch(job: FuzzJob, hangMs: number): AsyncGenerator<Mutant> {
  const thread = nodeWorker(new URL('./thread.ts', import.meta.url));
  const arrived: (Mutant | 'ready')[] = [];
  let failure: { reason: unknown } | undefined;
  let wake = (): void => {};
  thread.addEventListener('message', ({ data }: { data: Mutant | 'ready' }) => {
    arrived.push(data);
    wake();
  });
  thread.addEventListener('error', (error: unknown) => {
    failure = { reason: error };
    wake();
  });
  thread.postMessage(job, []);
  try {
    for (let index = job.from, ready = false; index < job.to;) {
      if (arrived.length === 0 && failure === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          // Preparing the valid inputs does not count.
          setTimeout(resolve, ready ? hangMs : 120_000).unref();
        });
      }
      const mutant = arrived.shift();
      if (failure !== undefined) {
        yield {
          format: job.format,
          index,
          outcome: 'exception',
          milliseconds: 0,
          detail: `The thread ended: ${String(failure.reason)}`,
        };
        return;
      }
      if (mutant === undefined) {
        yield { format: job.format, index, outcome: 'hang', milliseconds: hangMs };
        return;
      }
      if (mutant === 'ready') ready = true;
      else {
        yield mutant;
        index = mutant.index + 1;
      }
    }
  } finally {
    thread.terminate();
  }
}
