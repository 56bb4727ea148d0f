/** `npm run -s lab -- <command>`: the lab without a browser. Node only; the page never imports this file or `commands/`. */
import { runCommandLine } from './command-line.ts';

/** A new command is a file in commands/ and a line here. */
const COMMANDS = {
  metrics: async () => (await import('./commands/metrics.ts')).metricsCommand,
  compress: async () => (await import('./commands/compress.ts')).compressCommand,
  lengths: async () => (await import('./commands/lengths.ts')).lengthsCommand,
  evaluate: async () => (await import('./commands/evaluate.ts')).evaluateCommand,
  score: async () => (await import('./commands/score.ts')).scoreCommand,
  judge: async () => (await import('./commands/judge.ts')).judgeCommand,
};

process.exitCode = await runCommandLine('npm run -s lab --', COMMANDS, process.argv.slice(2));
