import { defineCommand } from '../../src/node/command-options.ts';
import { writeFile } from '../../src/core/formats/export/sink.ts';
import { checkLora } from '../../src/core/training/lora.ts';
import { claimFolder } from '../files/output.ts';
import { diskFolder } from '../files/sink.ts';
import { openModel } from '../files/open-model.ts';
import { describeParts, prepareData } from '../train/prepare.ts';
import { sequenceLines } from '../train/sequence-file.ts';
import { CONFIG_OPTIONS, configFrom, configInputs, FORCE } from './options.ts';
import { progressLine } from './progress.ts';

/** Shows the training sequences of a configuration, and optionally writes them. */
export const prepareCommand = defineCommand({
  summary: 'Show the training examples that a configuration makes of its data, and write them with --out.',
  options: {
    ...CONFIG_OPTIONS,
    out: {
      kind: 'text',
      value: 'FOLDER',
      otherwise: 'nothing is written',
      about: 'A folder for the examples. It must be new, empty, or written by the lab.',
    },
    force: FORCE,
  },
  examples: ['--preset built-in', '--config run.yaml --set data.maxTokens=1024 --out prepared'],
  async run({ out: path, force, ...values }, print, signal) {
    const config = await configFrom(values);
    const out =
      path === undefined
        ? undefined
        : await claimFolder(path, { force, inputs: configInputs(config, values.config), print });
    const { checkpoint, close } = await openModel({ path: config.model, option: 'the setting model' });
    try {
      checkLora(config.lora, checkpoint.config);
      for (const note of checkpoint.notes ?? []) print(note);
      const data = await prepareData(checkpoint, config, progressLine('Preparing'), signal);
      print(describeParts(data, config.data));
      if (!out) return;
      await out.write(async (temporary) => {
        const sink = diskFolder(temporary);
        await writeFile(sink, 'train.jsonl', sequenceLines(data.train.sequences));
        await writeFile(sink, 'eval.jsonl', sequenceLines(data.eval.sequences));
        await writeFile(
          sink,
          'prepared.json',
          JSON.stringify(
            { data: config.data, train: data.train.counts, eval: data.eval.counts, bad: data.bad },
            null,
            2,
          ),
        );
      });
      print(`Written to ${out.path}`);
    } finally {
      await close();
    }
  },
});
