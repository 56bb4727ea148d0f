import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cyclesOf, edgesOf, importsOf, readSources } from './harness/imports.ts';

/**
 * The rings, from the inside out. A file imports from its own ring and those before it. `core` is pure: it depends on
 * neither the page nor Node. `src/lab` is the door to all services of the page, `src/node` to those of the command
 * line.
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
  'bytes.ts',
  'error.ts',
  'at.ts',
  'group.ts',
  'lru.ts',
  'unique-id.ts',
  'units.ts',
  'json.ts',
  'json-lines.ts',
  'sha256.ts',
  'random',
  'statistics',
  'async',
  'embedding',
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
  'assist',
  'conversation',
  'training',
  'table',
  'explorer',
  'links',
] as const;

const ringOf = (path: string): number => RINGS.findIndex((ring) => path === ring || path.startsWith(`${ring}/`));

const stageOf = (path: string): string | undefined => (path.startsWith('src/core/') ? path.split('/')[2] : undefined);

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

describe('cyclesOf', () => {
  it('finds files that import each other, and themselves', () => {
    const edges = ['a b', 'b c', 'c a', 'c d', 'd e', 'e f', 'f e', 'g g'].map((pair) => {
      const [from = '', to = ''] = pair.split(' ');
      return { from, to };
    });
    expect(cyclesOf(edges)).toEqual([['e', 'f'], ['a', 'b', 'c'], ['g']]);
  });
});

describe('All modules', () => {
  it('are free of import cycles, types included', () => {
    expect(cyclesOf(edgesOf(readSources('src', 'workers', 'trainer', 'build', 'bench', 'tests')))).toEqual([]);
  });
});

describe('src/ and workers/', () => {
  const files = readSources('src', 'workers');
  const all = edgesOf(files).filter(({ to }) => /^(src|workers)\//.test(to));

  it('have a ring for each file, and a stage for each file of core', () => {
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

  it('keep Node out of code for the browser', () => {
    const wrong = files
      .filter(({ path }) => !path.startsWith('src/node/'))
      .flatMap(({ path, imports }) =>
        imports.filter((name) => name.startsWith('node:')).map((name) => `${path}: ${name}`),
      );
    expect(wrong).toEqual([]);
  });

  it('say by their folder, not by a comment, which code runs in Node', () => {
    const marked = readSources('src', 'workers', 'trainer', 'build', 'bench').filter(({ path }) =>
      /\bnode[- ]only\b|\bthe page never imports\b/i.test(readFileSync(path, 'utf8')),
    );
    expect(marked.map(({ path }) => path)).toEqual([]);
  });

  it('reach the services of the page only through src/lab/index.ts', () => {
    const outside = (path: string) => path.startsWith('src/ui/') || path.startsWith('src/node/');
    // Node loads engines itself: it has no worker in which `src/lab` would run them.
    const services = (from: string) =>
      from.startsWith('src/ui/') ? /^(src\/(lab|browser|engines|node)|workers)\// : /^(src\/(lab|browser)|workers)\//;
    const wrong = all.filter(({ from, to }) => outside(from) && services(from).test(to) && to !== 'src/lab/index.ts');
    expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
    expect(all.filter(({ from, to }) => outside(from) && to === 'src/lab/index.ts').length).toBeGreaterThan(20);
  });

  it('have the files in each folder of a worker that ARCHITECTURE.md says', () => {
    const paths = files.map(({ path }) => path);
    const folders = [...new Set(paths.flatMap((path) => /^workers\/([^/]+)\//.exec(path)?.[1] ?? []))];
    const lacking = (file: (name: string) => string) =>
      folders.filter((name) => !paths.includes(`workers/${name}/${file(name)}`)).sort();
    expect(lacking((name) => `${name}.worker.ts`)).toEqual(['service-worker']);
    expect(lacking(() => 'api.ts')).toEqual(['dataset', 'metrics', 'notebook', 'service-worker']);
    expect(lacking(() => 'handlers.ts')).toEqual(['compression', 'service-worker']);
    const guests = all
      .filter(({ to }) => to === 'workers/engine/record-files.ts')
      .map(({ from }) => from.split('/')[1]);
    expect([...new Set(guests)].sort()).toEqual(['encoder', 'engine', 'library', 'training']);
  });

  it('keep what assists the chat out of evaluation runs', () => {
    const makes = /^src\/(core\/evaluation|lab\/runs|lab\/notebooks)|^src\/node\/(run-|commands\/evaluate)/;
    const reached = new Set(files.map(({ path }) => path).filter((path) => makes.test(path)));
    // The door exports everything; what is taken from it is looked for by name below.
    for (const path of reached)
      for (const { from, to } of all) if (from === path && to !== 'src/lab/index.ts') reached.add(to);
    expect([...reached].filter((path) => path.startsWith('src/core/evaluation/')).length).toBeGreaterThan(5);
    expect([...reached].filter((path) => /\/assist(-node)?[./]/.test(path) && !path.endsWith('/note.ts'))).toEqual([]);
    const takers = [...reached].filter((path) => /\b(openAssist|openNodeAssist)\b/.test(readFileSync(path, 'utf8')));
    expect(takers).toEqual([]);
  });

  it('name imported files in full', () => {
    const wrong = files.flatMap((file) =>
      file.imports
        .filter((name) => name.startsWith('.') && !/\.\w+(\?.*)?$/.test(name))
        .map((name) => `${file.path}: ${name}`),
    );
    expect(wrong).toEqual([]);
  });
});
