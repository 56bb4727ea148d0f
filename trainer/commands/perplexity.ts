import { LabError } from '../../src/core/error.ts';
import { defineCommand } from '../../src/node/command-options.ts';
import { openModel } from '../files/open-model.ts';
import { modelLoss } from '../train/perplexity.ts';
import { describeParts, prepareData } from '../train/prepare.ts';
import { ADAPTER, CONFIG_OPTIONS, configFrom } from './options.ts';
import { progressLine } from './progress.ts';

/** Prints the loss and perplexity of the supporter tokens of the evaluation part. */
export const perplexityCommand = defineCommand({
  summary:
    "Print the perplexity of the evaluation part's supporter tokens: of a model, exported ones included, or with " +
    'adapters.',
  operand: 'model',
  options: {
    ...CONFIG_OPTIONS,
    model: {
      kind: 'text',
      value: 'MODEL',
      otherwise: "the configuration's",
      about: 'The model to measure: a GGUF file, a safetensors folder, or a folder that export wrote.',
    },
    adapter: ADAPTER,
  },
  examples: ['--preset built-in --adapter runs/mine/best', '--config run.yaml --model my-model'],
  async run({ model, adapter, ...values }, print, signal) {
    const config = await configFrom(values);
    const { checkpoint, close } = await openModel({
      path: model ?? config.model,
      adapters: adapter,
      option: model === undefined ? 'the setting model' : '--model',
    });
    try {
      for (const note of checkpoint.notes ?? []) print(note);
      // The training part is not used; one dialogue is enough.
      const data = await prepareData(
        checkpoint,
        config.data.eval ? { ...config, data: { ...config.data, trainLimit: 1 } } : config,
        progressLine('Preparing'),
        signal,
      );
      if (data.eval.counts.labels === 0)
        throw new LabError({
          code: 'bad-data',
          what: 'There is no evaluation data.',
          todo: 'Set data.eval, or data.evalShare above 0.',
        });
      print(
        describeParts(data, config.data)
          .split('\n')
          .filter((line) => !line.startsWith('train:'))
          .join('\n'),
      );
      const { device, train } = config;
      const { loss, labels } = await modelLoss(checkpoint, data.eval.sequences, {
        device,
        threads: train.threads,
        onProgress: progressLine('Evaluating'),
        signal,
      });
      print(
        `${checkpoint.name}: loss ${loss.toFixed(4)}, perplexity ${Math.exp(loss).toFixed(2)} over ${labels} tokens`,
      );
    } finally {
      await close();
    }
  },
});
