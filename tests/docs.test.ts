import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const PAGES = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

describe('documentation', () => {
  it.each(PAGES)('%s links to files that are there', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
    const files = links.filter((link) => !/^(https?:|#|mailto:)/.test(link)).map((link) => link.split('#')[0] ?? '');
    expect(files.filter((file) => !existsSync(join(ROOT, dirname(page), file)))).toEqual([]);
  });

  it('names only commands that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const known = new Set(Object.keys(scripts));
    const named = PAGES.flatMap((page) =>
      [...readFileSync(join(ROOT, page), 'utf8').matchAll(/npm run (?:-s )?([a-z][\w:-]*)/g)].map(
        (match) => match[1] ?? '',
      ),
    );
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });
});
