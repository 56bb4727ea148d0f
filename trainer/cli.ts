/** `npm run trainer -- <command>`. */
import { runCommandLine } from '../src/lab/command-line.ts';

/** A new command is a file in commands/ and a line here. */
const COMMANDS = {
  export: async () => (await import('./commands/export.ts')).exportCommand,
  merge: async () => (await import('./commands/merge.ts')).mergeCommand,
  inspect: async () => (await import('./commands/inspect.ts')).inspectCommand,
  prepare: async () => (await import('./commands/prepare.ts')).prepareCommand,
  train: async () => (await import('./commands/train.ts')).trainCommand,
  evaluate: async () => (await import('./commands/evaluate.ts')).evaluateCommand,
  plot: async () => (await import('./commands/plot.ts')).plotCommand,
};

process.exitCode = await runCommandLine('npm run trainer --', COMMANDS, process.argv.slice(2));
