import type { Commands } from '../../src/node/command-line.ts';

/** The trainer's commands. To add one, add a file to this folder and a line here. */
export const TRAINER_COMMANDS: Commands = {
  export: async () => (await import('./export.ts')).exportCommand,
  merge: async () => (await import('./merge.ts')).mergeCommand,
  inspect: async () => (await import('./inspect.ts')).inspectCommand,
  prepare: async () => (await import('./prepare.ts')).prepareCommand,
  train: async () => (await import('./train.ts')).trainCommand,
  perplexity: async () => (await import('./perplexity.ts')).perplexityCommand,
  'perplexity-table': async () => (await import('./perplexity-table.ts')).perplexityTableCommand,
  plot: async () => (await import('./plot.ts')).plotCommand,
};

/** New names of commands by their earlier names. */
export const RENAMED_COMMANDS = { evaluate: 'perplexity' };
