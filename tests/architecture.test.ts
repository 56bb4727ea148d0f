import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/**
 * The folders of src/ in the order in which data flows. A file may import from its own row and the rows above it.
 * Folders of one row know nothing of each other.
 */
const ORDER: readonly (readonly string[])[] = [
  ['error.ts', 'open-database.ts'],
  ['rpc'],
  ['dataset', 'model'],
  ['representation'],
  ['context'],
  ['tokenizer'],
  ['engine'],
  ['safety'],
  ['response'],
  ['metrics'],
  ['judge'],
  ['conversation'],
  ['storage', 'train'],
  ['table'],
  ['notebook'],
  ['lab'],
  ['offline'],
  ['ui'],
  ['main.ts'],
];

/** Code that runs in Node and in the browser alike may use neither's own interface. */
const ISOMORPHIC = [
  'model',
  'dataset',
  'representation',
  'context',
  'tokenizer',
  'metrics',
  'response',
  'judge',
  'train',
  'table',
  'safety',
];

const IMPORT =
  /(?:^|[^.\w])(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|import\s*\(\s*['"]([^'"]+)['"]|import\s+['"]([^'"]+)['"]/g;

interface SourceFile {
  /** Below src/, with slashes. */
  path: string;
  /** The folder, or the file's own name at the top. */
  stage: string;
  imports: string[];
}

/** The addresses that a module imports, static and dynamic, types included. */
export function importsOf(source: string): string[] {
  return [...source.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

function readSources(): SourceFile[] {
  return readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .map((name) => name.split(sep).join('/'))
    .filter((name) => /\.(ts|svelte)$/.test(name) && !name.endsWith('.d.ts') && !isTest(name))
    .map((path) => ({
      path,
      stage: path.split('/')[0] ?? '',
      imports: importsOf(readFileSync(join(ROOT, 'src', path), 'utf8')),
    }));
}

function isTest(path: string): boolean {
  return path.includes('.test.') || path.includes('/testing/');
}

function rowOf(stage: string): number {
  return ORDER.findIndex((row) => row.includes(stage));
}

/** The import of `file` as a path below src/, or undefined where it leads to a package. */
function target(file: SourceFile, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return posix.normalize(posix.join(posix.dirname(file.path), specifier)).split('?')[0];
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

describe('src/', () => {
  const files = readSources();

  it('has a place in the order for each of its folders', () => {
    const unplaced = new Set(files.map((file) => file.stage).filter((stage) => rowOf(stage) < 0));
    expect([...unplaced]).toEqual([]);
  });

  it('imports only what stands before', () => {
    const wrong = files.flatMap((file) =>
      file.imports
        .map((specifier) => target(file, specifier))
        .filter((path) => path !== undefined && !path.startsWith('../'))
        .filter((path) => {
          const stage = path?.split('/')[0] ?? '';
          if (stage === file.stage) return false;
          return rowOf(stage) < 0 || rowOf(stage) >= rowOf(file.stage);
        })
        .map((path) => `${file.path} imports ${path}`),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps Node out of what the browser runs', () => {
    const wrong = files
      .filter((file) => ISOMORPHIC.includes(file.stage))
      .flatMap((file) =>
        file.imports.filter((name) => name.startsWith('node:')).map((name) => `${file.path}: ${name}`),
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
