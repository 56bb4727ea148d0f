import { parentPort } from 'node:worker_threads';
import { FUZZ_FORMATS } from './formats.ts';
import { soundInputs, tryMutant } from './mutant.ts';

/** The task of a thread: mutants `from` to `to` of a format. */
export interface FuzzJob {
  format: string;
  seed: number;
  from: number;
  to: number;
}

parentPort?.on('message', (job: FuzzJob) => void run(job));

async function run(job: FuzzJob): Promise<void> {
  const format = FUZZ_FORMATS.find(({ name }) => name === job.format);
  if (!format) throw new Error(`There is no format ${job.format}.`);
  const inputs = await soundInputs(format);
  parentPort?.postMessage('ready');
  for (let index = job.from; index < job.to; index++)
    parentPort?.postMessage(await tryMutant(format, inputs, job.seed, index));
}
