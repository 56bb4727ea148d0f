import { type Command, parseOptions } from '../../src/lab/command-line.ts';
import { writeFile } from '../../src/model/export/sink.ts';
import { diskFolder, writeFolder } from '../files/sink.ts';
import { openModel } from '../merge/open.ts';
import { describeParts, prepareData } from '../train/prepare.ts';
import { sequenceLines } from '../train/sequence-file.ts';
import { progressLine } from './progress.ts';
import { CONFIG_OPTIONS, configFrom } from './train.ts';

const USAGE = '[--preset <name>] [--config <yaml>] [--set key.path=value]… [--skip-bad] [--out <folder>]';

/** Shows what a configuration makes of its data, and writes the sequences when asked to. */
export const prepareCommand: Command = {
  summary: 'Show, and with --out write, the training examples that a configuration makes of its data.',
  usage: USAGE,
  async run(args, print, signal) {
    const values = parseOptions(args, { ...CONFIG_OPTIONS, out: { type: 'string' } }, USAGE);
    const config = await configFrom(values);
    const { checkpoint, close } = await openModel({ path: config.model });
    try {
      const data = await prepareData(checkpoint, config, progressLine('Preparing'), signal);
      print(describeParts(data, config.data));
      const { out } = values;
      if (out === undefined) return;
      await writeFolder(out, async (temporary) => {
        const sink = diskFolder(temporary);
        await writeFile(sink, 'train.jsonl', sequenceLines(data.train.sequences));
        await writeFile(sink, 'eval.jsonl', sequenceLines(data.eval.sequences));
        await writeFile(sink, 'prepared.json', JSON.stringify({ data: config.data, train: data.train.counts, eval: data.eval.counts, bad: data.bad }, null, 2));
      });
      print(`Written to ${out}`);
    } finally {
      await close();
    }
  },
};
