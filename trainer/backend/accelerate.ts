import { join } from 'node:path';
import { LabError } from '../../src/core/error.ts';
import type { Checkpoint } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { parseMetrics, type MetricsRow } from '../../src/core/training/metrics-row.ts';
import { removeWritten, replaceFolder } from '../files/output.ts';
import type { RunConfig } from '../train/config.ts';
import { type RunPlace, writeConfig } from '../train/place.ts';
import type { Prepared } from '../train/prepare.ts';
import { checkPython, commandLine, runPython, trainingCommand } from './python.ts';
import { writeWorkFolder } from './work-folder.ts';

export interface AccelerateOptions {
  /** Writes the folder and prints the command, but does not run it. */
  dryRun: boolean;
  python: string;
  onRow: (row: MetricsRow, plan: { updates: number }) => void;
  print: (line: string) => void;
  signal?: AbortSignal;
}

/**
 * Trains with Hugging Face Accelerate and PEFT in Python, on the sequences and in the order of this trainer. The run's
 * folder then has the same contents as after a run here: metrics.jsonl, best/ and last/ as PEFT adapters. A run that is
 * replaced is untouched until the first update has succeeded; the script then clears the files that it writes.
 */
export async function trainWithAccelerate(
  checkpoint: Checkpoint,
  config: RunConfig,
  data: Prepared,
  place: Pick<RunPlace, 'replaces'>,
  options: AccelerateOptions,
): Promise<void> {
  const { dryRun, python, onRow, print, signal } = options;
  if (config.device === 'webgpu')
    throw new LabError({
      code: 'unsupported',
      where: 'the accelerate backend',
      what: 'It does not run on WebGPU.',
      todo: 'Use --device cpu or --device cuda.',
    });
  const work = join(config.out, 'accelerate');
  const folder = place.replaces && !dryRun ? `${work}.new` : work;
  if (!dryRun) await checkPython(python);
  const { updates } = await writeWorkFolder(folder, checkpoint, config, data);
  const command = trainingCommand(folder, config, python);
  print(commandLine(command));
  if (dryRun) return writeConfig(config);
  let begun: Promise<void> | undefined;
  const begin = async (): Promise<void> => {
    await writeConfig(config);
    if (folder !== work) await replaceFolder(folder, work);
  };
  try {
    await runPython(
      command,
      (line) => {
        if (!line.startsWith('{"step"')) {
          print(line);
          return;
        }
        begun ??= begin();
        for (const row of parseMetrics(line, 'the script')) onRow(row, { updates });
      },
      signal,
    );
  } finally {
    await begun;
    if (folder !== work) await removeWritten(folder, []);
  }
}
