import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** The folder of data and references beside the project; it may be absent. */
export const SHARED = resolve(import.meta.dirname, '../../../shared');

/** Whether `path` (relative to the shared folder) is there; tests that need it skip by name when it is not. */
export const hasShared = (path = ''): boolean => existsSync(join(SHARED, path));

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
