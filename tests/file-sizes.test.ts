import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { trackedFiles } from './harness/imports.ts';

/** Maximum lines of a file. */
const LONGEST_FILE = 300;
/** Maximum characters of a line; Prettier cannot break strings. */
const WIDEST_LINE = 120;

const FILES = trackedFiles('.')
  .filter((path) => /\.(ts|svelte|css|js)$/.test(path) && !/^public\/|\/fixtures\//.test(path))
  .map((path) => ({
    path,
    lines: readFileSync(join(import.meta.dirname, '..', path), 'utf8')
      .replace(/\n$/, '')
      .split('\n'),
  }));

describe('Source files', () => {
  it('have at most 300 lines', () => {
    const long = FILES.filter(({ lines }) => lines.length > LONGEST_FILE).map(({ path }) => path);
    expect(long).toEqual([]);
  });

  it('have lines of at most 120 characters', () => {
    const wide = FILES.flatMap(({ path, lines }) =>
      lines.flatMap((line, i) => (line.length > WIDEST_LINE ? [`${path}:${i + 1}`] : [])),
    );
    expect(wide).toEqual([]);
  });

  it('have fewer than 100 lines in the median', () => {
    const sizes = FILES.map(({ lines }) => lines.length).sort((a, b) => a - b);
    expect(sizes[sizes.length >> 1]).toBeLessThan(100);
  });
});
