import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

export interface SourceFile {
  /** Path in the repository, with slashes. */
  path: string;
  /** Its imports, as written. */
  imports: string[];
}

/** One file imports another. */
export interface Edge {
  from: string;
  to: string;
}

const IMPORTS = [
  /(?:^|[^.\w])(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]/,
  /import\s*\(\s*['"]([^'"]+)['"]/,
  /import\s+['"]([^'"]+)['"]/,
];
const IMPORT = new RegExp(IMPORTS.map(({ source }) => source).join('|'), 'g');

/** The specifiers that a module imports, static and dynamic, including types. */
export function importsOf(source: string): string[] {
  return [...source.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

/** The files that git tracks or would track below the given folders. */
export function trackedFiles(...folders: string[]): string[] {
  const options = ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...folders];
  const listed = execFileSync('git', options, { cwd: ROOT, encoding: 'utf8' }).split('\n');
  return [...new Set(listed)].filter((path) => path !== '' && existsSync(join(ROOT, path)));
}

/** The modules of the given folders, without tests and declarations. */
export function readSources(...folders: string[]): SourceFile[] {
  return trackedFiles(...folders)
    .filter((path) => /\.(ts|svelte)$/.test(path) && !path.endsWith('.d.ts') && !isTest(path))
    .map((path) => ({ path, imports: importsOf(readFileSync(join(ROOT, path), 'utf8')) }));
}

function isTest(path: string): boolean {
  return path.includes('.test.') || path.includes('/testing/');
}

/** Each import of a file by a file, without packages. */
export function edgesOf(files: readonly SourceFile[]): Edge[] {
  return files.flatMap(({ path, imports }) =>
    imports
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => {
        const [to = ''] = posix.join(posix.dirname(path), specifier).split('?');
        return { from: path, to };
      }),
  );
}

/**
 * The groups of files that import each other in a circle: the strongly connected components of more than one file, and
 * files that import themselves (Tarjan 1972).
 */
export function cyclesOf(edges: readonly Edge[]): string[][] {
  const imports = new Map<string, string[]>();
  for (const { from, to } of edges) imports.set(from, [...(imports.get(from) ?? []), to]);
  const order = new Map<string, number>();
  const stack: string[] = [];
  const cycles: string[][] = [];
  const visit = (file: string): number => {
    const index = order.size;
    order.set(file, index);
    stack.push(file);
    let lowest = index;
    for (const to of imports.get(file) ?? [])
      if (!order.has(to)) lowest = Math.min(lowest, visit(to));
      else if (stack.includes(to)) lowest = Math.min(lowest, order.get(to) ?? lowest);
    if (lowest === index) {
      const group = stack.splice(stack.indexOf(file));
      if (group.length > 1 || imports.get(file)?.includes(file)) cycles.push(group.sort());
    }
    return lowest;
  };
  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return cycles;
}
