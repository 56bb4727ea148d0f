import { mkdir, rename, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse as parseYaml, stringify } from 'yaml';
import { LabError } from '../../src/core/error.ts';
import { lockFolder } from '../../src/node/folder-lock.ts';
import { type InputPaths, refuseOverlap } from '../../src/node/output-path.ts';
import { exists, ifPresent, readIfPresent } from '../../src/node/read-file.ts';
import { diskError, replaceFile } from '../../src/node/write-file.ts';
import { parseRunConfig, type RunConfig } from './config.ts';
import { METRICS_FILE } from './metrics.ts';

export const CONFIG_FILE = 'config.yaml';

/** The folder of a run, locked by this process until `close`. */
export interface RunPlace {
  /** Resume from the last checkpoint. */
  resume: boolean;
  /** Whether this run replaces another one, once its first update has succeeded. */
  replaces: boolean;
  close(): Promise<void>;
}

export interface PlaceOptions {
  resume?: boolean;
  /** Replace the existing run. */
  fresh?: boolean;
  /** What is read, and must not be in the folder of a new run. */
  inputs?: InputPaths;
}

/**
 * Locks the folder of a run without changing its contents.
 * @throws {LabError} `bad-config` when it contains a run and neither `resume` nor `fresh` is set, or contains what the
 * run reads; `busy` when another process works on it.
 */
export async function claimRun(
  out: string,
  { resume = false, fresh = false, inputs = {} }: PlaceOptions = {},
): Promise<RunPlace> {
  if (resume && fresh)
    throw new LabError({
      code: 'bad-config',
      what: '--resume and --fresh cannot be combined.',
      todo: 'Use only one of them.',
    });
  const before = await runIn(out);
  if (before !== undefined && !resume && !fresh) {
    throw new LabError({
      code: 'bad-config',
      where: out,
      what: `The folder contains a run${before > 0 ? ` of ${before} updates` : ''}.`,
      todo: 'Resume it with --resume, replace it with --fresh, or choose another folder with --set out=….',
    });
  }
  // The configuration of a run may be used again to resume it.
  if (before === undefined || !resume) await refuseOverlap(out, await withoutOwnConfig(out, inputs), '--set out=');
  const created = await mkdir(out, { recursive: true }).catch((error: unknown) => {
    throw diskError(error, out, '--set out=');
  });
  const unlock = await lockFolder(out, '--set out=');
  return {
    resume,
    replaces: before !== undefined && fresh,
    async close() {
      await unlock();
      // Removes a folder created for a run that did not start, unless it has contents.
      if (created !== undefined) await rmdir(out).catch(() => undefined);
    },
  };
}

/** Updates of the run in a folder; undefined if there is none. */
async function runIn(out: string): Promise<number | undefined> {
  const metrics = (await readIfPresent(join(out, METRICS_FILE))) ?? '';
  if (metrics === '' && !(await exists(join(out, 'last'))) && !(await exists(join(out, 'best')))) return undefined;
  return Math.max(0, ...[...metrics.matchAll(/"step":(\d+)/g)].map(([, step]) => Number(step)));
}

async function withoutOwnConfig(out: string, inputs: InputPaths): Promise<InputPaths> {
  const { '--config': file, ...others } = inputs;
  if (typeof file !== 'string') return inputs;
  const [own, given] = await Promise.all(
    [join(out, CONFIG_FILE), file].map((path) => ifPresent(path, stat(path, { bigint: true }))),
  );
  return own !== undefined && own.ino === given?.ino && own.dev === given.dev ? others : inputs;
}

/**
 * Writes the configuration into the folder of its run. A configuration written by a person is kept under another name.
 */
export async function writeConfig(config: RunConfig): Promise<void> {
  const path = join(config.out, CONFIG_FILE);
  const text = stringify(config);
  const before = await readIfPresent(path);
  if (before === text) return;
  if (before !== undefined && !isOwnConfig(before)) {
    let kept = join(config.out, 'config.before.yaml');
    for (let i = 2; await exists(kept); i++) kept = join(config.out, `config.before-${i}.yaml`);
    await rename(path, kept);
  }
  await replaceFile(path, text, '--set out=');
}

/** Whether a configuration is complete, as the trainer writes it, and has no comments. */
function isOwnConfig(text: string): boolean {
  try {
    const raw: unknown = parseYaml(text);
    return stringify(raw) === text && isDeepStrictEqual(parseRunConfig(raw, CONFIG_FILE), raw);
  } catch {
    return false;
  }
}
