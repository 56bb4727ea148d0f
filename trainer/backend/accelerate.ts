import { LabError } from '../../src/error.ts';
import type { Checkpoint } from '../../src/model/checkpoint/checkpoint.ts';
import { parseMetrics, type MetricsRow } from '../../src/train/metrics-row.ts';
import type { RunConfig } from '../train/config.ts';
import type { Prepared } from '../train/prepare.ts';
import { checkPython, commandLine, runPython, trainingCommand } from './python.ts';
import { clearRun, writeWorkFolder } from './work-folder.ts';

export interface AccelerateOptions {
  /** Write the folder and print the command, but do not run it. */
  dryRun: boolean;
  python: string;
  onRow: (row: MetricsRow, plan: { updates: number }) => void;
  print: (line: string) => void;
  signal?: AbortSignal;
}

/**
 * Trains with Hugging Face Accelerate and PEFT in Python, on the sequences and in the order of this trainer. The run's
 * folder then holds the same things as after a run here: metrics.jsonl, best/ and last/ as PEFT adapters.
 */
export async function trainWithAccelerate(checkpoint: Checkpoint, config: RunConfig, data: Prepared, { dryRun, python, onRow, print, signal }: AccelerateOptions): Promise<void> {
  if (config.device === 'webgpu') throw new LabError({ code: 'unsupported', where: 'the accelerate backend', what: 'It does not run on WebGPU.', todo: 'Use --device cpu or --device cuda.' });
  const { folder, updates } = await writeWorkFolder(checkpoint, config, data);
  const command = trainingCommand(folder, config, python);
  print(commandLine(command));
  if (dryRun) return;
  await checkPython(python, folder);
  await clearRun(config.out);
  await runPython(command, (line) => {
    if (line.startsWith('{"step"')) for (const row of parseMetrics(line, 'the script')) onRow(row, { updates });
    else print(line);
  }, signal);
}
