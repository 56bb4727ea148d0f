import { execFile, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { LabError } from '../../src/core/error.ts';
import type { RunConfig } from '../train/config.ts';
import { LAUNCH_CONFIG, REQUIREMENTS, SCRIPT, SCRIPTS, SETTINGS } from './work-folder.ts';

const execute = promisify(execFile);

const PACKAGES = ['torch', 'transformers', 'peft', 'accelerate'];

export interface PythonCommand {
  file: string;
  args: string[];
  /** Environment variables in addition to those of this process. */
  env: Record<string, string>;
}

/**
 * The command that trains in a work folder. Accelerate's own launcher starts several processes on graphics cards; on
 * processors it would need MPI, so torch's launcher is used there.
 */
export function trainingCommand(folder: string, { devices, device, train }: RunConfig, python: string): PythonCommand {
  const job = [join(folder, SCRIPT), join(folder, SETTINGS)];
  if (device !== 'cpu')
    return {
      file: python,
      args: ['-m', 'accelerate.commands.launch', '--config_file', join(folder, LAUNCH_CONFIG), ...job],
      env: {},
    };
  const threads = Math.max(1, Math.floor((train.threads ?? availableParallelism()) / devices));
  const env = { ACCELERATE_USE_CPU: 'true', OMP_NUM_THREADS: String(threads) };
  return {
    file: python,
    args:
      devices === 1
        ? job
        : ['-m', 'torch.distributed.run', '--standalone', '--nproc_per_node', String(devices), ...job],
    env,
  };
}

/** The command as typed in a shell. */
export function commandLine({ file, args, env }: PythonCommand): string {
  const quote = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
  return [...Object.entries(env).map(([name, value]) => `${name}=${quote(value)}`), ...[file, ...args].map(quote)].join(
    ' ',
  );
}

/** @throws {LabError} `unsupported` with what to install, if Python or one of its packages is missing. */
export async function checkPython(python: string): Promise<void> {
  const install = `python3 -m pip install -r ${join(SCRIPTS, REQUIREMENTS)}`;
  const script =
    `import importlib.util; print(" ".join(name for name in ${JSON.stringify(PACKAGES)} if ` +
    'importlib.util.find_spec(name) is None))';
  const missing = await execute(python, ['-c', script]).then(
    ({ stdout }) => stdout.trim(),
    (error: unknown) => {
      throw LabError.from(error, {
        code: 'unsupported',
        where: python,
        what: 'Python cannot be started',
        todo: `Install Python 3.10 or newer, then run ${install}; choose another Python with --python.`,
      });
    },
  );
  if (missing === '') return;
  throw new LabError({
    code: 'unsupported',
    where: python,
    what: `Python has no ${missing.replaceAll(' ', ', ')}.`,
    todo: `Run ${install}, or choose a Python that has them with --python.`,
  });
}

/**
 * Runs a command and passes each line of its output to `onLine`.
 * @throws {LabError} `bad-data` with the end of its output, `cancelled` when `signal` is aborted.
 */
export async function runPython(
  { file, args, env }: PythonCommand,
  onLine: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = (): void => void child.kill('SIGTERM');
  signal?.addEventListener('abort', stop);
  const said: string[] = [];
  createInterface({ input: child.stdout }).on('line', onLine);
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    if (said.length > 30) said.shift();
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
    if (signal?.aborted) throw LabError.cancelled();
    if (code !== 0)
      throw new LabError({
        code: 'bad-data',
        where: SCRIPT,
        what: `It ended with status ${code}.\n${said.join('\n')}\n`,
        todo: 'Read the last lines; what was saved before is kept.',
      });
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
