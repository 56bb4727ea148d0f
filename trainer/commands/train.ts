import { LabError } from '../../src/error.ts';
import { openCheckpoint } from '../files/open.ts';
import { DEVICES, loadConfig, type RunConfig } from '../train/config.ts';
import { describeParts, prepareData } from '../train/prepare.ts';
import { TrainingProgress } from '../train/progress.ts';
import { trainRun } from '../train/run.ts';
import { choose, type Command, parseOptions, progressLine } from './command.ts';

const USAGE = '[--preset <name>] [--config <yaml>] [--set key.path=value]… [--device cpu|webgpu|cuda] [--skip-bad] [--resume]';

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
      ...(values.device !== undefined ? [`device=${choose('device', values.device, DEVICES)}`] : []),
    ],
  });
}

/** Trains an adapter. */
export const trainCommand: Command = {
  summary: 'Train a LoRA adapter on dialogues.',
  usage: USAGE,
  async run(args, signal) {
    const values = parseOptions(args, { ...CONFIG_OPTIONS, device: { type: 'string' }, resume: { type: 'boolean', default: false } }, USAGE);
    const config = await configFrom(values);
    if (config.backend !== 'onnx' || config.precision !== 'fp32' || config.devices !== 1) {
      throw new LabError({ code: 'unsupported', what: 'Training here runs in fp32 on one device.', todo: 'Use --set backend=onnx --set precision=fp32 --set devices=1, or the accelerate backend.' });
    }
    const { checkpoint, close } = await openCheckpoint(config.model);
    try {
      const data = await prepareData(checkpoint, config, progressLine('Preparing'), signal);
      process.stdout.write(`${describeParts(data, config.data)}\n`);
      const progress = new TrainingProgress();
      const { updates, best, reason } = await trainRun(checkpoint, config, data, {
        resume: values.resume,
        onRow: (row, plan) => progress.show(row, plan),
        onNote: (note) => process.stdout.write(`${note}\n`),
        signal,
      });
      const why = { finished: 'Finished', 'no-better': 'Stopped because the evaluation loss no longer fell', stopped: 'Stopped on request; go on with --resume' }[reason];
      process.stdout.write(`\n${why} after ${updates} updates${best ? `; best evaluation loss ${best.loss.toFixed(4)} after ${best.update}` : ''}. The run is in ${config.out}\n`);
    } finally {
      await close();
    }
  },
};
