import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { SHARED_PARTS } from '../src/ui/state/shared-text.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string): Buffer => readFileSync(join(ROOT, path));

const icon = z.object({ src: z.string(), sizes: z.string(), type: z.string(), purpose: z.string().optional() });
const manifest = z
  .object({
    start_url: z.string(),
    scope: z.string(),
    display: z.literal('standalone'),
    theme_color: z.string(),
    icons: z.array(icon),
    share_target: z.object({ action: z.string(), method: z.literal('GET'), params: z.record(z.string(), z.string()) }),
  })
  .parse(JSON.parse(read('public/manifest.webmanifest').toString()));
const page = read('index.html').toString();

/** Width and height in the head of a PNG file, in pixels. */
function sizeOf(png: Buffer): string {
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  return `${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`;
}

describe('the lab as a program that can be installed', () => {
  it('has icons of the sizes that it names, one of which may be cut to any shape', () => {
    const drawn = manifest.icons.filter(({ type }) => type === 'image/png');
    for (const { src, sizes } of drawn) expect(sizeOf(read(join('public', src)))).toBe(sizes);
    expect(drawn.filter(({ purpose }) => purpose === undefined).map(({ sizes }) => sizes)).toEqual([
      '192x192',
      '512x512',
    ]);
    expect(manifest.icons.filter(({ purpose }) => purpose === 'maskable')).toHaveLength(1);
    expect(sizeOf(read('public/icons/apple-touch-180.png'))).toBe('180x180');
  });

  it('works in any folder of any host', () => {
    const { start_url: start, scope, share_target: target, icons } = manifest;
    for (const address of [start, scope, target.action, ...icons.map(({ src }) => src)])
      expect(address).toMatch(/^\.\//);
  });

  it('is named in the page, in the colour of its theme', () => {
    expect(page).toContain('<link rel="manifest" href="./manifest.webmanifest" />');
    expect(page).toContain('<link rel="apple-touch-icon" href="./icons/apple-touch-180.png" />');
    expect(page).toContain(`<meta name="theme-color" content="${manifest.theme_color}"`);
  });

  it('receives what others share under the names that the page reads', () => {
    expect(manifest.share_target.params).toEqual(Object.fromEntries(SHARED_PARTS.map((name) => [name, name])));
  });
});
