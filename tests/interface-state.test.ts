import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const FOLDER = join(import.meta.dirname, '../src/ui/state');

describe('Interface state', () => {
  const files = readdirSync(FOLDER)
    .filter((name) => /(?<!\.test)\.ts$/.test(name))
    .map((name) => ({ name, source: readFileSync(join(FOLDER, name), 'utf8') }));
  const named = (pattern: RegExp): string[] =>
    files.flatMap(({ name, source }) => [...source.matchAll(pattern)].map(([line]) => `${name}: ${line}`));
  /** Imports of values; imports of types do not matter when a class is tested. */
  const SERVICE = /^import (?!type\b)[^;]*from '[^']*\/(?:lab|browser|engines|workers|app)\/[^']*'/gm;
  /** Work on import: an instance, a listener, an effect. */
  const WORK = /^(?:(?:export )?(?:const|let) \w+(?:: [^=]+)? = (?:await )?new (?!Map\b|Set\b)|\w[\w.]*\().*/gm;

  it('takes its services in constructors', () => {
    expect(files.length).toBeGreaterThan(20);
    expect(named(SERVICE)).toEqual([]);
    expect(`import { listRuns } from '../../lab/runs/runs.ts';`).toMatch(SERVICE);
    expect(`import type { StoredRun } from '../../lab/runs/runs.ts';`).not.toMatch(SERVICE);
  });

  it('has no side effects on import: src/ui/app creates and starts it', () => {
    expect(named(WORK)).toEqual([]);
    expect('export const runs = new Runs();').toMatch(WORK);
    expect(`addEventListener('pagehide', flush);`).toMatch(WORK);
  });
});
