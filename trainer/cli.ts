import { LabError } from '../src/error.ts';
import type { Command } from './commands/command.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { exportCommand } from './commands/export.ts';
import { inspectCommand } from './commands/inspect.ts';
import { mergeCommand } from './commands/merge.ts';
import { plotCommand } from './commands/plot.ts';
import { prepareCommand } from './commands/prepare.ts';
import { trainCommand } from './commands/train.ts';

/** Commands of `npm run trainer --`; a new one is a file in commands/ and a line here. */
const COMMANDS: Record<string, Command> = {
  export: exportCommand,
  merge: mergeCommand,
  inspect: inspectCommand,
  prepare: prepareCommand,
  train: trainCommand,
  evaluate: evaluateCommand,
  plot: plotCommand,
};

function usage(): string {
  const lines = Object.entries(COMMANDS).map(([name, command]) => `  ${name.padEnd(10)}${command.summary}\n            ${command.usage}`);
  return `Usage: npm run trainer -- <command> [options]\n\n${lines.join('\n')}\n`;
}

async function main(args: string[]): Promise<number> {
  const [name = '', ...rest] = args;
  if (['', 'help', '--help', '-h'].includes(name)) {
    process.stdout.write(usage());
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    process.stderr.write(`There is no command "${name}".\n\n${usage()}`);
    return 1;
  }
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  try {
    await command.run(rest, stop.signal);
    return 0;
  } catch (error) {
    const shown = LabError.from(error, { code: 'bad-data', what: `The command "${name}" failed` });
    process.stderr.write(`\n${shown.message}\n`);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
