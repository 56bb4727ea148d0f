import { LabError } from '../../src/error.ts';
import { type Command, parseOptions } from '../../src/lab/command-line.ts';
import { openModel } from '../merge/open.ts';
import { evaluateModel } from '../train/evaluate.ts';
import { describeParts, prepareData } from '../train/prepare.ts';
import { progressLine } from './progress.ts';
import { CONFIG_OPTIONS, configFrom } from './train.ts';

const USAGE = '[--preset <name>] [--config <yaml>] [--set key.path=value]… [--skip-bad] [--model <folder>] [--adapter <folder>[=weight]]…';

/** Prints the loss and perplexity of the learnt tokens of the evaluation part. */
export const evaluateCommand: Command = {
  summary: "Print the perplexity of the evaluation part's supporter tokens: of a model, exported ones included, or with adapters.",
  usage: USAGE,
  async run(args, print, signal) {
    const values = parseOptions(args, { ...CONFIG_OPTIONS, model: { type: 'string' }, adapter: { type: 'string', multiple: true } }, USAGE);
    const config = await configFrom(values);
    const path = values.model ?? config.model;
    const { checkpoint, close } = await openModel({ path, adapters: values.adapter });
    try {
      // The training part is not used; one dialogue of it is enough.
      const data = await prepareData(checkpoint, config.data.eval ? { ...config, data: { ...config.data, trainLimit: 1 } } : config, progressLine('Preparing'), signal);
      if (data.eval.counts.labels === 0) throw new LabError({ code: 'bad-data', what: 'There is nothing to evaluate on.', todo: 'Give data.eval or a data.evalShare above 0.' });
      print(describeParts(data, config.data).split('\n').filter((line) => !line.startsWith('train:')).join('\n'));
      const { device, train } = config;
      const { loss, labels } = await evaluateModel(checkpoint, data.eval.sequences, { device, threads: train.threads, onProgress: progressLine('Evaluating'), signal });
      print(`${checkpoint.name}: loss ${loss.toFixed(4)}, perplexity ${Math.exp(loss).toFixed(2)} over ${labels} tokens`);
    } finally {
      await close();
    }
  },
};
