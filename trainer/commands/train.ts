import { LabError } from '../../src/error.ts';
import { choose, type Command, parseOptions } from '../../src/lab/command-line.ts';
import { trainWithAccelerate } from '../backend/accelerate.ts';
import { openModel } from '../merge/open.ts';
import { BACKENDS, DEVICES, loadConfig, type RunConfig } from '../train/config.ts';
import { describeParts, prepareData } from '../train/prepare.ts';
import { TrainingProgress } from '../train/progress.ts';
import { trainRun } from '../train/run.ts';
import { progressLine } from './progress.ts';

const USAGE = [
  '[--preset <name>] [--config <yaml>] [--set key.path=value]… [--device cpu|webgpu|cuda] [--skip-bad] [--resume]',
  '[--backend onnx|accelerate [--processes <number>] [--python <command>] [--dry-run]]',
].join(' ');

/** Options that name a configuration. */
export const CONFIG_OPTIONS = {
  preset: { type: 'string' },
  config: { type: 'string' },
  set: { type: 'string', multiple: true },
  'skip-bad': { type: 'boolean' },
} as const;

interface ConfigValues {
  preset?: string | undefined;
  config?: string | undefined;
  set?: string[] | undefined;
  'skip-bad'?: boolean | undefined;
  device?: string | undefined;
  backend?: string | undefined;
  processes?: string | undefined;
}

export async function configFrom(values: ConfigValues): Promise<RunConfig> {
  if (values.preset === undefined && values.config === undefined && !values.set) {
    throw new LabError({ code: 'bad-config', what: 'There is no configuration.', todo: 'Give --preset, --config or both.' });
  }
  return loadConfig({
    ...(values.preset !== undefined && { preset: values.preset }),
    ...(values.config !== undefined && { file: values.config }),
    set: [
      ...(values.set ?? []),
      ...(values['skip-bad'] ? ['data.skipBad=true'] : []),
      ...(values.backend !== undefined ? [`backend=${choose('backend', values.backend, BACKENDS)}`] : []),
      ...(values.processes !== undefined ? [`devices=${values.processes}`] : []),
      ...(values.device !== undefined ? [`device=${choose('device', values.device, DEVICES)}`] : []),
    ],
  });
}

const OPTIONS = {
  ...CONFIG_OPTIONS,
  device: { type: 'string' },
  resume: { type: 'boolean', default: false },
  backend: { type: 'string' },
  processes: { type: 'string' },
  python: { type: 'string', default: 'python3' },
  'dry-run': { type: 'boolean', default: false },
} as const;

/** Trains an adapter. */
export const trainCommand: Command = {
  summary: 'Train a LoRA adapter on dialogues, here or with Hugging Face Accelerate.',
  usage: USAGE,
  async run(args, print, signal) {
    const values = parseOptions(args, OPTIONS, USAGE);
    const config = await configFrom(values);
    const elsewhere = config.backend === 'accelerate';
    if (!elsewhere && (config.precision !== 'fp32' || config.devices !== 1 || values['dry-run'])) {
      throw new LabError({ code: 'unsupported', what: 'Training here runs in fp32 on one device.', todo: 'Use --set precision=fp32 --set devices=1, or --backend accelerate, which also has --dry-run.' });
    }
    if (elsewhere && values.resume) {
      throw new LabError({ code: 'unsupported', where: 'the accelerate backend', what: 'It cannot go on with a run.', todo: 'Start anew without --resume, with fewer epochs if the adapter in best/ is good enough already.' });
    }
    const { checkpoint, close } = await openModel({ path: config.model });
    try {
      const data = await prepareData(checkpoint, config, progressLine('Preparing'), signal);
      print(describeParts(data, config.data));
      const progress = new TrainingProgress();
      if (elsewhere) {
        await trainWithAccelerate(checkpoint, config, data, { dryRun: values['dry-run'], python: values.python, onRow: (row, plan) => progress.show(row, plan), print, signal });
        if (!values['dry-run']) print(`Finished. The run is in ${config.out}`);
        return;
      }
      const { updates, best, reason } = await trainRun(checkpoint, config, data, { resume: values.resume, onRow: (row, plan) => progress.show(row, plan), onNote: print, signal });
      const why = { finished: 'Finished', 'no-better': 'Stopped because the evaluation loss no longer fell', stopped: 'Stopped on request; go on with --resume' }[reason];
      print(`\n${why} after ${updates} updates${best ? `; best evaluation loss ${best.loss.toFixed(4)} after ${best.update}` : ''}. The run is in ${config.out}`);
    } finally {
      await close();
    }
  },
};
