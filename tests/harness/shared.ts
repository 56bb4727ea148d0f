import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, it } from 'vitest';

/** The folder of public datasets and large checkpoints next to the project; it may be absent. */
export const SHARED = resolve(import.meta.dirname, '../../../shared');

/** Whether `path` (relative to the shared folder) exists. */
export const hasShared = (path = ''): boolean => existsSync(join(SHARED, path));

/**
 * Tests beyond those that a clean clone can run, because their data may not or cannot be in the repository. They are
 * skipped by name if a path of the shared folder is missing.
 */
export function describeExtra(paths: readonly string[], title: string, tests: () => void): void {
  const missing = paths.filter((path) => !hasShared(path));
  if (missing.length === 0) return void describe(`extra: ${title}`, tests);
  // Vitest runs the body of a skipped `describe` too, and `tests` may read the files that are missing.
  describe(`extra: ${title}`, () => it.skip(`needs ../shared/${missing.join(', ../shared/')}`));
}

/** A gzipped JSON file of the shared folder; the caller says its shape. */
export const readJsonGz = <T>(path: string): T =>
  JSON.parse(gunzipSync(readFileSync(join(SHARED, path))).toString('utf8')) as T;

/** A gzipped file of JSON lines of the shared folder; the caller says the shape of a line. */
export const readJsonLinesGz = <T>(path: string): T[] =>
  gunzipSync(readFileSync(join(SHARED, path)))
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as T);
