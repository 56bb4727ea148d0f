import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/** All test files and their shared modules, by path. */
const FILES = ['src', 'workers', 'trainer', 'build', 'bench', 'tests'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.test\.ts$/.test(name) || (folder === 'tests' && /^harness.*\.ts$/.test(name)))
    .map((name) => `${folder}/${name}`),
);

/** What makes a test depend on chance, the clock or the order of files, each with a line that the rule must catch. */
const RULES: [what: string, pattern: RegExp, example: string][] = [
  ['draws random numbers that nobody can draw again', /[^'`]\bMath\.random\(/, '  at(Math.random());'],
  ['waits for a time rather than for a state', /waitForTimeout\(/, 'await page.waitForTimeout(500);'],
  ['prints instead of annotating', /\bconsole\.\w+\(|process\.stdout\.write\(/, "console.log('done');"],
  ['replaces a module', /\bvi\.(?:mock|doMock)\(/, "vi.mock('../datasets.ts', () => ({}));"],
  ['leaves an IndexedDB behind', /fake-indexeddb\/auto|globalThis\.indexedDB =/, "import 'fake-indexeddb/auto';"],
  ['skips itself without the shared folder', /skipIf\([^)]*hasShared/, 'it.skipIf(!hasShared(REFERENCE))'],
];

describe('no test', () => {
  it.each(RULES)('%s', (_what, pattern, example) => {
    expect(example).toMatch(pattern);
    const lines = FILES.filter((path) => !path.endsWith('tests/test-hygiene.test.ts')).flatMap((path) =>
      readFileSync(join(ROOT, path), 'utf8')
        .split('\n')
        .filter((line) => pattern.test(line) && !line.includes('example:'))
        .map((line) => `${path}: ${line.trim()}`),
    );
    expect(lines).toEqual([]);
  });
});
