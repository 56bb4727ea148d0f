import { LabError } from '../../src/core/error.ts';
import { defineCommand } from '../../src/node/command-options.ts';
import { checkLora } from '../../src/core/training/lora.ts';
import { trainWithAccelerate } from '../backend/accelerate.ts';
import { openModel } from '../files/open-model.ts';
import { BACKENDS, DEVICES } from '../train/config.ts';
import { claimRun } from '../train/place.ts';
import { describeParts, prepareData } from '../train/prepare.ts';
import { TrainingProgress } from '../train/progress.ts';
import { trainRun } from '../train/run.ts';
import { withRunDate } from '../train/run-date.ts';
import { CONFIG_OPTIONS, configFrom, configInputs } from './options.ts';
import { progressLine } from './progress.ts';

const REASONS = {
  finished: 'Finished',
  'no-better': 'Stopped because the evaluation loss no longer decreased',
  stopped: 'Stopped on request; resume with --resume',
};

/** Trains an adapter. */
export const trainCommand = defineCommand({
  summary: 'Train a LoRA adapter on dialogues, here or with Hugging Face Accelerate.',
  options: {
    ...CONFIG_OPTIONS,
    resume: { kind: 'flag', about: 'Resume the run in the folder from its last checkpoint.' },
    fresh: {
      kind: 'flag',
      about: 'Replace the run in the folder, which is kept until the first update of the new one has succeeded.',
    },
    device: {
      kind: 'text',
      choices: DEVICES,
      otherwise: "the configuration's, otherwise cpu",
      about: 'Where the training step runs.',
    },
    backend: {
      kind: 'text',
      choices: BACKENDS,
      otherwise: "the configuration's, otherwise onnx",
      about: 'Train here (onnx), or in Python with PEFT (accelerate).',
    },
    processes: {
      kind: 'count',
      otherwise: "the configuration's, otherwise 1",
      about: 'Processes of the accelerate backend, one per graphics card.',
    },
    python: { kind: 'text', value: 'COMMAND', default: 'python3', about: 'The Python of the accelerate backend.' },
    'dry-run': {
      kind: 'flag',
      about: 'Write what the accelerate backend needs and print its command, but do not run it.',
    },
  },
  examples: [
    '--preset built-in --set out=runs/mine',
    '--preset built-in --set out=runs/mine --resume',
    '--config run.yaml --backend accelerate --device cuda --processes 4 --dry-run',
  ],
  async run({ resume, fresh, device, backend, processes, python, 'dry-run': dryRun, ...values }, print, signal) {
    const given = await configFrom(values, [
      ...(backend !== undefined ? [`backend=${backend}`] : []),
      ...(processes !== undefined ? [`devices=${processes}`] : []),
      ...(device !== undefined ? [`device=${device}`] : []),
    ]);
    const config = await withRunDate(given, { resume });
    const elsewhere = config.backend === 'accelerate';
    if (!elsewhere && (config.precision !== 'fp32' || config.devices !== 1 || dryRun)) {
      throw new LabError({
        code: 'unsupported',
        what: 'Training here runs in fp32 on one device.',
        todo: 'Use --set precision=fp32 --set devices=1, or --backend accelerate, which also has --dry-run.',
      });
    }
    if (elsewhere && resume) {
      throw new LabError({
        code: 'unsupported',
        where: 'the accelerate backend',
        what: 'It cannot resume a run.',
        todo: 'Start a new one with --set out=…, with fewer epochs if the adapter in best/ is good enough already.',
      });
    }
    const place = await claimRun(config.out, { resume, fresh, inputs: configInputs(config, values.config) });
    try {
      const { checkpoint, close } = await openModel({ path: config.model, option: 'the setting model' });
      try {
        for (const note of checkpoint.notes ?? []) print(note);
        checkLora(config.lora, checkpoint.config);
        const data = await prepareData(checkpoint, config, progressLine('Preparing'), signal);
        print(describeParts(data, config.data));
        const progress = new TrainingProgress();
        const onRow: TrainingProgress['show'] = (row, plan) => progress.show(row, plan);
        if (elsewhere) {
          await trainWithAccelerate(checkpoint, config, data, place, { dryRun, python, onRow, print, signal });
          if (!dryRun) print(`Finished. The run is in ${config.out}`);
          return;
        }
        const { updates, best, reason } = await trainRun(checkpoint, config, data, place, {
          onRow,
          onNote: print,
          signal,
        });
        const made = `${updates} ${updates === 1 ? 'update' : 'updates'}`;
        const lowest = best ? `; best evaluation loss ${best.loss.toFixed(4)} after ${best.update}` : '';
        print(`\n${REASONS[reason]} after ${made}${lowest}. The run is in ${config.out}`);
      } finally {
        await close();
      }
    } finally {
      await place.close();
    }
  },
});
