import { defineCommand } from '../../../src/node/command-options.ts';
import { samplingContexts } from '../contexts.ts';

export const contextsCommand = defineCommand({
  summary: 'Print the turns of the corpus to which sample.py lets models reply, one JSON object per line.',
  options: {},
  examples: [''],
  async run(_, print) {
    for (const context of await samplingContexts()) print(JSON.stringify(context));
  },
});
