import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/**
 * The rings, from the inside out. A file imports from its own ring and those before it. `core` is pure: it knows neither
 * the page nor Node. `src/lab` is the door to all services of the page, `src/node` to those of the command line.
 */
const RINGS = [
  'src/core',
  'src/rpc',
  'src/engines',
  'src/browser',
  'src/figures',
  'workers',
  'src/lab',
  'src/node',
  'src/notebook',
  'src/ui',
  'src/main.ts',
] as const;

/** The folders of `src/core` in the order in which data flows. A folder imports only from those above it. */
const STAGES = [
  'error.ts',
  'lru.ts',
  'unique-id.ts',
  'random',
  'statistics',
  'async',
  'dataset',
  'formats',
  'compression',
  'context',
  'tokenizer',
  'engine',
  'safety',
  'evaluation',
  'metrics',
  'judge',
  'conversation',
  'training',
  'table',
] as const;

const IMPORT =
  /(?:^|[^.\w])(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|import\s*\(\s*['"]([^'"]+)['"]|import\s+['"]([^'"]+)['"]/g;

interface SourceFile {
  /** Below the repository, with slashes. */
  path: string;
  imports: string[];
}

/** The addresses that a module imports, static and dynamic, types included. */
export function importsOf(source: string): string[] {
  return [...source.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

function readSources(): SourceFile[] {
  return ['src', 'workers'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name.split(sep).join('/')}`)
      .filter((path) => /\.(ts|svelte)$/.test(path) && !path.endsWith('.d.ts') && !isTest(path))
      .map((path) => ({ path, imports: importsOf(readFileSync(join(ROOT, path), 'utf8')) })),
  );
}

function isTest(path: string): boolean {
  return path.includes('.test.') || path.includes('/testing/');
}

const ringOf = (path: string): number => RINGS.findIndex((ring) => path === ring || path.startsWith(`${ring}/`));

const stageOf = (path: string): string | undefined => (path.startsWith('src/core/') ? path.split('/')[2] : undefined);

/** The import of `file` as a path below the repository, or undefined where it leads to a package. */
function target(file: SourceFile, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return posix.normalize(posix.join(posix.dirname(file.path), specifier)).split('?')[0];
}

/** Pairs of a file and what it imports, of those inside the rings. */
function* edges(files: readonly SourceFile[]): Generator<{ from: string; to: string }> {
  for (const file of files)
    for (const specifier of file.imports) {
      const to = target(file, specifier);
      if (to !== undefined && /^(src|workers)\//.test(to)) yield { from: file.path, to };
    }
}

describe('importsOf', () => {
  it('finds every form of import', () => {
    const source = `import a from './a.ts';
      import type { B } from "./b.ts";
      import {
        c,
      } from './c.ts';
      export * from './d.ts';
      const e = await import('./e.ts');
      import './f.css';`;
    expect(importsOf(source)).toEqual(['./a.ts', './b.ts', './c.ts', './d.ts', './e.ts', './f.css']);
  });
});

describe('src/ and workers/', () => {
  const files = readSources();
  const all = [...edges(files)];

  it('have a ring for each file, and core a stage', () => {
    expect(files.filter(({ path }) => ringOf(path) < 0).map(({ path }) => path)).toEqual([]);
    const stages = new Set(files.flatMap(({ path }) => stageOf(path) ?? []));
    expect([...stages].filter((stage) => !STAGES.some((each) => each === stage))).toEqual([]);
  });

  it('import only from their own ring and those inside it', () => {
    const wrong = all.filter(({ from, to }) => ringOf(to) > ringOf(from));
    expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it('keep the order of stages in core', () => {
    const rank = (path: string): number => STAGES.findIndex((stage) => stage === stageOf(path));
    const wrong = all.filter(
      ({ from, to }) => stageOf(from) !== undefined && stageOf(from) !== stageOf(to) && rank(to) >= rank(from),
    );
    expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it('keep Node out of what the browser runs', () => {
    const wrong = files
      .filter(({ path }) => !path.startsWith('src/node/'))
      .flatMap(({ path, imports }) =>
        imports.filter((name) => name.startsWith('node:')).map((name) => `${path}: ${name}`),
      );
    expect(wrong).toEqual([]);
  });

  it('names imported files in full', () => {
    const wrong = files.flatMap((file) =>
      file.imports
        .filter((name) => name.startsWith('.') && !/\.\w+(\?.*)?$/.test(name))
        .map((name) => `${file.path}: ${name}`),
    );
    expect(wrong).toEqual([]);
  });
});
