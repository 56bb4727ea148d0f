/** What the command lines of the lab and of the trainer have in common. Node only; the page never imports this file. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { LabError } from '../error.ts';

/** One command. Results go to `print`, a line each; what is said on the way goes to standard error. */
export interface Command {
  /** One line for the overview. */
  summary: string;
  /** Options in short, e.g. `--pairs FILE`. */
  usage: string;
  /** @throws {LabError} whatever goes wrong, in words for the person at the terminal. */
  run(args: string[], print: (line: string) => void, signal: AbortSignal): Promise<void>;
}

/** Commands by name, each imported only when it runs. */
export type Commands = Record<string, () => Promise<Command>>;

/** Runs the command that `args` begins with; `script` is how people call this command line. Gives the exit code. */
export async function runCommandLine(script: string, commands: Commands, [name = '', ...args]: string[]): Promise<number> {
  // A reader that has seen enough, such as `head`, is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  if (['', 'help', '--help', '-h'].includes(name)) {
    process.stdout.write(await overview(script, commands));
    return name === '' ? 1 : 0;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load) {
    process.stderr.write(`There is no command "${name}".\n\n${await overview(script, commands)}`);
    return 1;
  }
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  try {
    const command = await load();
    await command.run(args, (line) => process.stdout.write(`${line}\n`), stop.signal);
    return 0;
  } catch (error) {
    // On a terminal, the cursor may stand behind a line of progress.
    const start = process.stderr.isTTY ? '\n' : '';
    process.stderr.write(`${start}${LabError.from(error, { code: 'bad-data', what: `The command "${name}" failed` }).message}\n`);
    return 1;
  }
}

async function overview(script: string, commands: Commands): Promise<string> {
  const lines = await Promise.all(
    Object.entries(commands).map(async ([name, load]) => {
      const { summary, usage } = await load();
      return `  ${name.padEnd(10)}${summary}\n  ${' '.repeat(10)}${usage}`;
    }),
  );
  return `Usage: ${script} <command> [options]\n\n${lines.join('\n')}\n`;
}

type Options = NonNullable<ParseArgsConfig['options']>;

/** `util.parseArgs`, with its complaints as LabErrors. */
export function parseOptions<T extends Options>(args: string[], options: T, usage: string) {
  return parse({ args, options, strict: true, allowPositionals: false }, usage).values;
}

/** The same for a command that also takes files or folders without an option's name. */
export function parsePaths<T extends Options>(args: string[], options: T, usage: string) {
  const { values, positionals } = parse({ args, options, strict: true, allowPositionals: true }, usage);
  return { values, paths: positionals };
}

function parse<T extends ParseArgsConfig>(config: T, usage: string) {
  try {
    return parseArgs(config);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('. ')[0] : String(error);
    throw new LabError({ code: 'bad-config', what: `${reason}.`, todo: `Usage: ${usage}` });
  }
}

/** An option that must be there. */
export function required(option: string, value: string | undefined, usage: string): string {
  if (value) return value;
  throw new LabError({ code: 'bad-config', what: `--${option} is missing.`, todo: `Usage: ${usage}` });
}

/** An option that must be one of a list. */
export function choose<T extends string>(option: string, value: string | undefined, allowed: readonly T[]): T {
  const found = allowed.find((name) => name === value);
  if (found) return found;
  throw new LabError({ code: 'bad-config', what: value === undefined ? `--${option} is missing.` : `--${option} ${value} is not known.`, todo: `Use one of ${allowed.join(', ')}.` });
}

/** An option that is a whole number from 1, where it is given. */
export function wholeNumber(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value) && Number(value) > 0) return Number(value);
  throw new LabError({ code: 'bad-config', what: `--${option} ${value} is not a whole number from 1.` });
}
