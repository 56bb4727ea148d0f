import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPRESENTATION_IDS } from '../../core/compression/representation.ts';

/** Every `--name: light-dark(#rrggbb, #rrggbb)` of the tokens. */
const COLOURS = new Map(
  [
    ...readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8').matchAll(
      /--([a-z-]+): light-dark\((#\w{6}), (#\w{6})\)/g,
    ),
  ].map(([, name, light, dark]) => [name ?? '', { light: light ?? '', dark: dark ?? '' }]),
);
const PAPERS = ['paper', 'paper-raised', 'paper-sunken', 'accent-wash', 'care-wash', 'caution-wash'];
const TEXTS = ['ink', 'ink-soft', 'ink-faint', 'accent', 'caution', 'care', ...REPRESENTATION_IDS];

function colour(name: string, theme: 'light' | 'dark'): string {
  const found = COLOURS.get(name);
  if (!found) throw new Error(`tokens.css has no colour --${name}.`);
  return found[theme];
}

/** Relative luminance, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [darker = 0, lighter = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (lighter + 0.05) / (darker + 0.05);
}

describe.each(['light', 'dark'] as const)('the %s palette', (theme) => {
  it.each(TEXTS)('--%s is readable on every paper (WCAG AA)', (text) => {
    for (const paper of PAPERS)
      expect(contrast(colour(text, theme), colour(paper, theme)), `on --${paper}`).toBeGreaterThanOrEqual(4.5);
  });

  it('edges of controls stand out, and so does text on the accent', () => {
    for (const paper of PAPERS)
      expect(contrast(colour('line-strong', theme), colour(paper, theme))).toBeGreaterThanOrEqual(3);
    expect(contrast(colour('accent-ink', theme), colour('accent', theme))).toBeGreaterThanOrEqual(4.5);
  });
});

it.each(REPRESENTATION_IDS)('tokens.css gives what is marked as %s its colours', (id) => {
  expect(readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8')).toContain(
    `[data-representation='${id}'] {\n  --rep: var(--${id});\n  --rep-wash: var(--${id}-wash);\n}`,
  );
  expect(COLOURS.has(`${id}-wash`)).toBe(true);
});
