import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Software } from '../core/evaluation/provenance.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

function commit(): string | null {
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no') !== '';
    return `${git('rev-parse', 'HEAD')}${changed ? '-changed' : ''}`;
  } catch {
    return null;
  }
}

/** The version in the `package.json` of a folder of this project. */
const versionIn = (...folder: string[]): string =>
  (JSON.parse(readFileSync(join(ROOT, ...folder, 'package.json'), 'utf8')) as { version: string }).version;

/** What of the lab and of these packages is installed here. */
export const softwareOf = (packages: readonly string[]): Software => ({
  lab: versionIn(),
  commit: commit(),
  packages: Object.fromEntries(packages.map((name) => [name, versionIn('node_modules', name)])),
});
