import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { trackedFiles } from '../../../tests/harness/imports.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** A side of the screen, where a side of the text is meant. */
const PHYSICAL =
  /(?:^|[\s;{])(?:(?:margin|padding|border)-)?(?:left|right)(?:-(?:color|width|style))?:|text-align: (?:left|right)/;
const FOUR_SIDES = /(?:^|[\s;{])(?:margin|padding|inset): ([^;]+);/;

const isOpen = (part: string): boolean => part.split('(').length > part.split(')').length;

/** The values of a shorthand; those of functions may contain spaces. */
const valuesOf = (shorthand: string): string[] =>
  shorthand.split(' ').reduce<string[]>((values, part) => {
    const last = values.at(-1);
    return last !== undefined && isOpen(last) ? [...values.slice(0, -1), `${last} ${part}`] : [...values, part];
  }, []);

function isPhysical(line: string): boolean {
  const [, right, , left] = valuesOf(FOUR_SIDES.exec(line)?.[1] ?? '');
  return PHYSICAL.test(line) || (left !== undefined && left !== right);
}

/** Its field takes the direction of what is typed; the icon and the button beside the text do not. */
const EXEMPT = ['src/ui/components/SearchField.svelte'];

it('recognises what it looks for', () => {
  for (const line of [
    'left: 0;',
    'text-align: right;',
    'border-left-color: red;',
    'padding: 0 calc(1px + (2px)) 0 1px;',
  ])
    expect([line, isPhysical(line)]).toEqual([line, true]);
  for (const line of [
    'margin: 0 auto;',
    'inset: 0 1px 2px 1px;',
    'text-align: end;',
    'inset-inline-end: 0;',
    'padding: calc((1px - 2px) / 2) 0;',
  ])
    expect([line, isPhysical(line)]).toEqual([line, false]);
});

it('styles name no side of the screen, so that all is mirrored where text runs from right to left', () => {
  const found = trackedFiles('src/ui', 'src/notebook')
    .filter((path) => /\.(svelte|css)$/.test(path) && !EXEMPT.includes(path))
    .flatMap((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8');
      const style = path.endsWith('.css') ? text : (/<style>[\s\S]*<\/style>/.exec(text)?.[0] ?? '');
      // The editor of notebooks, whose code is always left to right, has this one.
      const own = style.replace(/\.cm-cursor \{[^}]*\}/, '');
      return own.split('\n').flatMap((line) => (isPhysical(line) ? [`${path}: ${line.trim()}`] : []));
    });
  expect(found).toEqual([]);
});
