/** `npm run -s lab -- <command>`: the lab without a browser. Node only; the page never imports this file or `commands/`. */
import { LabError } from '../error.ts';
import type { Command } from './commands/command.ts';

/** A new command is a file in commands/ and a line here; it is imported only when it runs. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  metrics: async () => (await import('./commands/metrics.ts')).metricsCommand,
  compress: async () => (await import('./commands/compress.ts')).compressCommand,
  lengths: async () => (await import('./commands/lengths.ts')).lengthsCommand,
  evaluate: async () => (await import('./commands/evaluate.ts')).evaluateCommand,
  score: async () => (await import('./commands/score.ts')).scoreCommand,
  judge: async () => (await import('./commands/judge.ts')).judgeCommand,
};

async function usage(): Promise<string> {
  const lines = await Promise.all(
    Object.entries(COMMANDS).map(async ([name, load]) => {
      const { summary, usage: options } = await load();
      return `  ${name.padEnd(10)}${summary}\n  ${' '.repeat(10)}${options}`;
    }),
  );
  return `Usage: npm run -s lab -- <command> [options]\n\n${lines.join('\n')}\n`;
}

async function main([name = '', ...args]: string[]): Promise<number> {
  if (['', 'help', '--help', '-h'].includes(name)) {
    process.stdout.write(await usage());
    return name === '' ? 1 : 0;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!load) {
    process.stderr.write(`There is no command "${name}".\n\n${await usage()}`);
    return 1;
  }
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  try {
    const command = await load();
    await command.run(args, (line) => process.stdout.write(`${line}\n`), stop.signal);
    return 0;
  } catch (error) {
    process.stderr.write(`${LabError.from(error, { code: 'bad-data', what: `The command "${name}" failed` }).message}\n`);
    return 1;
  }
}

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
process.exitCode = await main(process.argv.slice(2));
