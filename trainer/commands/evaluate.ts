import { LabError } from '../../src/error.ts';
import { openCheckpoint } from '../files/open.ts';
import { describeParts, prepareData } from '../train/prepare.ts';
import { evaluateAdapter } from '../train/run.ts';
import { type Command, parseOptions, progressLine } from './command.ts';
import { CONFIG_OPTIONS, configFrom } from './train.ts';

const USAGE = '[--preset <name>] [--config <yaml>] [--set key.path=value]… [--skip-bad] [--adapter <folder>]';

/** Prints the loss and perplexity of the learnt tokens of the evaluation part. */
export const evaluateCommand: Command = {
  summary: "Print the perplexity of the evaluation part's supporter tokens, of the base model or with an adapter.",
  usage: USAGE,
  async run(args, signal) {
    const values = parseOptions(args, { ...CONFIG_OPTIONS, adapter: { type: 'string' } }, USAGE);
    const config = await configFrom(values);
    const { checkpoint, close } = await openCheckpoint(config.model);
    try {
      // The training part is not used; one dialogue of it is enough.
      const data = await prepareData(checkpoint, config.data.eval ? { ...config, data: { ...config.data, trainLimit: 1 } } : config, progressLine('Preparing'), signal);
      if (data.eval.counts.labels === 0) throw new LabError({ code: 'bad-data', what: 'There is nothing to evaluate on.', todo: 'Give data.eval or a data.evalShare above 0.' });
      process.stdout.write(`${describeParts(data, config.data).split('\n').filter((line) => !line.startsWith('train:')).join('\n')}\n`);
      const loss = await evaluateAdapter(checkpoint, config, data, values.adapter, signal);
      process.stdout.write(`${values.adapter ?? 'base model'}: loss ${loss.toFixed(4)}, perplexity ${Math.exp(loss).toFixed(2)} over ${data.eval.counts.labels} tokens\n`);
    } finally {
      await close();
    }
  },
};
