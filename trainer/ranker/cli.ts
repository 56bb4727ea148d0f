/** `npm run ranker -- <command>`: trains the model that chooses among sampled replies. */
import { runCommandLine } from '../../src/node/command-line.ts';

process.exitCode = await runCommandLine(
  'npm run ranker --',
  {
    contexts: async () => (await import('./commands/contexts.ts')).contextsCommand,
    train: async () => (await import('./commands/train.ts')).trainCommand,
  },
  process.argv.slice(2),
);
