/** Shared by the command lines of the lab and of the trainer. */
import { readFile } from 'node:fs/promises';
import { LabError } from '../core/error.ts';
import { commandHelp, overview } from './command-help.ts';
import { askedFor, type Command } from './command-options.ts';
import { watchWork } from '../core/async/bounded.ts';
import { didYouMean } from './nearest.ts';
import { stopAfter } from './stop-work.ts';

/** Commands by name, each imported only when it runs. */
export type Commands = Record<string, () => Promise<Command>>;

/** Signals that stop a command after it has saved what it can, with the exit code that shells give them. */
const STOP_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs the command that `args` begins with; `script` is how this command line is called. Returns the exit code: 1 for a
 * failure, 130 or 143 if a signal stopped the command.
 * @param renamed new names of commands by their earlier ones, for the error.
 */
export async function runCommandLine(
  script: string,
  commands: Commands,
  [name = '', ...args]: string[],
  renamed: Readonly<Record<string, string>> = {},
): Promise<number> {
  if (!process.stdout.listeners('error').includes(endWithReader)) process.stdout.on('error', endWithReader);
  if (name === '--version' || name === 'version') return say(await version());
  if (['', 'help', '--help', '-h'].includes(name)) {
    if (name === 'help' && args[0] !== undefined && Object.hasOwn(commands, args[0]))
      return runCommandLine(script, commands, [args[0], '--help'], renamed);
    say(await summaries(script, commands));
    return name === '' ? 1 : 0;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load && Object.hasOwn(renamed, name)) {
    process.stderr.write(`The command "${name}" is now called "${renamed[name]}": ${script} ${renamed[name]}\n`);
    return 1;
  }
  if (!load) {
    const hint = didYouMean(name, Object.keys(commands));
    process.stderr.write(`There is no command "${name}".${hint && ` ${hint}`}\n\n${await summaries(script, commands)}`);
    return 1;
  }
  return runCommand(script, name, load, args);
}

/** A reader that stops early, such as `head`, is not a failure. */
function endWithReader(error: NodeJS.ErrnoException): void {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
}

/** Runs the only command of a command line. Exit codes are those of `runCommandLine`. */
export function runSingleCommand(script: string, command: Command, args: string[]): Promise<number> {
  return runCommand(script, '', () => Promise.resolve(command), args);
}

async function runCommand(script: string, name: string, load: () => Promise<Command>, args: string[]): Promise<number> {
  watchWork(stopAfter());
  const stopping = stopOnSignals();
  const called = name ? `${script} ${name}` : script;
  try {
    const command = await load();
    const asked = askedFor(args, command.options);
    if (asked === 'version') return say(await version());
    if (asked === 'help') return say(commandHelp(called, command));
    await command.run(args, (line) => process.stdout.write(`${line}\n`), stopping.signal);
    return stopping.code() ?? 0;
  } catch (error) {
    // On a terminal, the cursor may be at the end of a progress line.
    const start = process.stderr.isTTY ? '\n' : '';
    const failure = LabError.from(error, { code: 'bad-data', what: `The command "${name || script}" failed` });
    const help = failure.detail.todo === 'See --help.' ? ` (${called} --help)` : '';
    process.stderr.write(`${start}${failure.message}${help}\n`);
    return stopping.code() ?? 1;
  } finally {
    stopping.end();
  }
}

/** Parent programs such as npm pass on a signal that the whole process group has already received. */
const SAME_SIGNAL_MS = 1000;
/** Milliseconds between checks whether npm's shell still runs. */
const PARENT_MS = 250;

/** The first signal asks the command to stop; a later one ends the process at once. `end` stops listening. */
function stopOnSignals(): { signal: AbortSignal; code(): number | undefined; end(): void } {
  const stop = new AbortController();
  const ended = new AbortController();
  let first: { code: number; at: number } | undefined;
  const stopWith = (code: number): void => {
    first ??= { code, at: performance.now() };
    stop.abort();
  };
  for (const [signal, code] of Object.entries(STOP_CODES)) {
    const onSignal = (): void => {
      if (first && performance.now() - first.at > SAME_SIGNAL_MS) process.exit(code);
      stopWith(code);
    };
    process.on(signal, onSignal);
    ended.signal.addEventListener('abort', () => process.off(signal, onSignal));
  }
  // npm ends its shell on a signal but does not pass the signal on to this process.
  if (process.env['npm_lifecycle_event'] !== undefined) {
    const { ppid } = process;
    const watch = setInterval(() => {
      if (process.ppid === ppid) return;
      clearInterval(watch);
      stopWith(STOP_CODES.SIGTERM);
    }, PARENT_MS);
    watch.unref();
    ended.signal.addEventListener('abort', () => clearInterval(watch));
  }
  return { signal: stop.signal, code: () => first?.code, end: () => ended.abort() };
}

function say(text: string): 0 {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  return 0;
}

async function version(): Promise<string> {
  const { name, version: number } = JSON.parse(
    await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { name: string; version: string };
  return `${name} ${number}`;
}

async function summaries(script: string, commands: Commands): Promise<string> {
  return overview(
    script,
    await Promise.all(Object.entries(commands).map(async ([name, load]) => [name, (await load()).summary] as const)),
  );
}
