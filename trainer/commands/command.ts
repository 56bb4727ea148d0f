import { parseArgs, type ParseArgsConfig } from 'node:util';
import { LabError } from '../../src/error.ts';

/** One command of the trainer. */
export interface Command {
  /** One line for the overview. */
  summary: string;
  /** Options in short, e.g. `--in <file> --out <folder>`. */
  usage: string;
  /** @throws {LabError} whatever goes wrong, in words for the person at the terminal. */
  run(args: string[], signal: AbortSignal): Promise<void>;
}

/** `util.parseArgs`, with its complaints as LabErrors. */
export function parseOptions<T extends Options>(args: string[], options: T, usage: string) {
  return parse({ args, options, strict: true, allowPositionals: false }, usage).values;
}

/** The same for a command that also takes files or folders without an option's name. */
export function parsePaths<T extends Options>(args: string[], options: T, usage: string) {
  const { values, positionals } = parse({ args, options, strict: true, allowPositionals: true }, usage);
  return { values, paths: positionals };
}

type Options = NonNullable<ParseArgsConfig['options']>;

function parse<T extends ParseArgsConfig>(config: T, usage: string) {
  try {
    return parseArgs(config);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('. ')[0] : String(error);
    throw new LabError({ code: 'bad-config', what: `${reason}.`, todo: `Usage: ${usage}` });
  }
}

/** An option that must be one of a list. */
export function choose<T extends string>(option: string, value: string | undefined, allowed: readonly T[]): T {
  const found = allowed.find((name) => name === value);
  if (found) return found;
  throw new LabError({ code: 'bad-config', what: value === undefined ? `--${option} is missing.` : `--${option} ${value} is not known.`, todo: `Use one of ${allowed.join(', ')}.` });
}

/** An option that must be there. */
export function required(option: string, value: string | undefined): string {
  if (value) return value;
  throw new LabError({ code: 'bad-config', what: `--${option} is missing.`, todo: 'See npm run trainer -- help.' });
}

/** A progress line that rewrites itself on a terminal and prints every tenth in a log. */
export function progressLine(label: string): (done: number, total: number) => void {
  let last = -1;
  const live = process.stderr.isTTY;
  return (done, total) => {
    const percent = Math.floor((100 * done) / Math.max(1, total));
    if (percent === last || (!live && percent !== 100 && percent < last + 10)) return;
    last = percent;
    process.stderr.write(live ? `\r${label} ${percent} %${percent === 100 ? '\n' : ''}` : `${label} ${percent} %\n`);
  };
}
