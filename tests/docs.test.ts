import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPRESENTATION_IDS } from '../src/core/compression/representation.ts';

const ROOT = join(import.meta.dirname, '..');
const PAGES = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.split(sep).join('/')}`),
];

/** Files of src/core/metrics that are not metrics. */
const METRIC_HELPERS = ['bertscore-pairs.ts', 'corpus.ts', 'ngrams.ts', 'packed.ts', 'pair.ts', 'python-text.ts'];

/** Files that the recipes of ARCHITECTURE.md add. */
const IN_RECIPES = [
  'src/core/compression/first-sentence.ts',
  'src/core/metrics/word-overlap.ts',
  'src/engines/echo/echo-model.ts',
  'src/ui/views/HelloView.svelte',
];

describe('documentation', () => {
  it.each(PAGES)('%s links to files that exist', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
    const files = links.filter((link) => !/^(https?:|#|mailto:)/.test(link)).map((link) => link.split('#')[0] ?? '');
    expect(files.filter((file) => !existsSync(join(ROOT, dirname(page), file)))).toEqual([]);
  });

  it.each(PAGES)('%s links to headings that exist', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    const links = [...text.matchAll(/\]\(([^)\s]*\.md)?#([^)\s]+)\)/g)];
    const broken = links.filter(([, file, anchor = '']) => {
      const target = file === undefined ? page : join(dirname(page), file);
      return existsSync(join(ROOT, target)) && !anchorsOf(readFileSync(join(ROOT, target), 'utf8')).has(anchor);
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  it.each(PAGES.filter((page) => page !== 'CHANGELOG.md'))('%s names files that exist', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    const named = [
      ...text.matchAll(/`((?:src|workers|trainer|tests|build|bench|notebooks|public|docs)\/[\w./-]*\w\/?)`/g),
    ].map((match) => match[1] ?? '');
    expect(named.filter((path) => !existsSync(join(ROOT, path)) && !IN_RECIPES.includes(path))).toEqual([]);
  });

  it('shows each picture of docs/images, and there are few', () => {
    const pictures = readdirSync(join(ROOT, 'docs/images')).map((name) => `docs/images/${name}`);
    const shown = new Set(
      PAGES.flatMap((page) =>
        [...readFileSync(join(ROOT, page), 'utf8').matchAll(/!\[[^\]]+\]\(([^)\s]+)\)/g)].map((match) =>
          normalize(join(dirname(page), match[1] ?? ''))
            .split(sep)
            .join('/'),
        ),
      ),
    );
    expect(pictures.filter((picture) => !shown.has(picture))).toEqual([]);
    // One for each view, and one for each step of the first two minutes.
    const steps = pictures.filter((picture) => picture.includes('/tour-'));
    expect(pictures.length - steps.length).toBeLessThanOrEqual(6);
    expect(steps.length).toBeLessThanOrEqual(4);
    for (const step of steps) expect(statSync(join(ROOT, step)).size, step).toBeLessThan(60_000);
  });

  it('does not refer to a folder outside the repository', () => {
    const outside = PAGES.filter((page) =>
      /(?:^|[\s=`"'])\.\.\/shared\b/m.test(readFileSync(join(ROOT, page), 'utf8')),
    );
    expect(outside).toEqual([]);
  });

  it('describes each compression and each metric', () => {
    const compressions = readFileSync(join(ROOT, 'docs/reference/compression.md'), 'utf8');
    expect(REPRESENTATION_IDS.filter((id) => !compressions.includes(`| \`${id}\``))).toEqual([]);
    const metrics = readFileSync(join(ROOT, 'docs/reference/metrics.md'), 'utf8');
    const files = readdirSync(join(ROOT, 'src/core/metrics')).filter((name) => !/\.test\.ts$/.test(name));
    expect(files.filter((name) => !metrics.includes(`\`${name}\``) && !METRIC_HELPERS.includes(name))).toEqual([]);
  });

  it('names each folder of src and of src/core in ARCHITECTURE.md', () => {
    const text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
    const folders = (path: string) =>
      readdirSync(join(ROOT, path), { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? entry.name : [],
      );
    expect(folders('src').filter((name) => !text.includes(`| \`src/${name}\``))).toEqual([]);
    expect(folders('src/core').filter((name) => !text.includes(`| \`${name}\``))).toEqual([]);
  });

  it('lists each decision', () => {
    const index = readFileSync(join(ROOT, 'docs/decisions/README.md'), 'utf8');
    const records = readdirSync(join(ROOT, 'docs/decisions')).filter((name) => /^\d/.test(name));
    expect(records.filter((name) => !index.includes(`](${name})`))).toEqual([]);
    for (const name of records) {
      const text = readFileSync(join(ROOT, 'docs/decisions', name), 'utf8');
      expect([...text.matchAll(/^## (.+)$/gm)].map((match) => match[1])).toEqual([
        'Context',
        'Decision',
        'Consequences',
        'Alternatives',
      ]);
      expect(text, name).toMatch(/^_\d{4}-\d\d-\d\d, (accepted|accepted; replaces .+|replaced by .+)_$/m);
    }
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

describe('documented errors', () => {
  const codes =
    'bad-file bad-config bad-data missing-file not-found hash-mismatch out-of-memory device-lost worker-lost no-reply';
  const CODE = new RegExp(`(?<![\`\\w-])(?:${codes.replaceAll(' ', '|')})\\b`);
  const comments = ['src', 'workers', 'trainer', 'build', 'bench']
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    .filter((path) => /\.(ts|svelte)$/.test(path))
    .flatMap((path) =>
      [...readFileSync(join(ROOT, path), 'utf8').matchAll(/\/\*\*(?:(?!\*\/)[^])*\*\//g)].map(([text]) => ({
        path,
        text: text
          .slice(3, -2)
          .replaceAll(/\s*\n\s*\*?\s?/g, ' ')
          .trim(),
      })),
    );
  const tags = comments.flatMap(({ path, text }) =>
    [...text.matchAll(/@throws (.*?)(?= @\w|$)/g)].map(([, tag = '']) => ({ path, tag })),
  );

  it('are many', () => {
    expect(tags.length).toBeGreaterThan(120);
  });

  it('have the form @throws {LabError} `code` when …', () => {
    const wrong = tags.filter(({ tag }) => !/^\{\w+\} \S.*[.:]$/.test(tag) || CODE.test(tag));
    expect(wrong).toEqual([]);
  });

  it('are not described in sentences', () => {
    const told = comments.filter(({ text }) => /\b(?:Throws|Rejects with) `[a-z]+(?:-[a-z]+)*` /.test(text));
    expect(told).toEqual([]);
  });
});

/** The anchors of a page's headings, as code hosts make them. */
function anchorsOf(markdown: string): Set<string> {
  return new Set(
    [...markdown.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(/\s/g, '-'),
    ),
  );
}
