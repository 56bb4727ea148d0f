import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { withoutJsonSchema } from './lean-zod.ts';

it.each(['json-schema-processors', 'to-json-schema'])('%s keeps its exports, which do nothing', async (name) => {
  const url = new URL(`${name}.js`, import.meta.resolve('zod/v4/core')).href;
  const source = readFileSync(fileURLToPath(url), 'utf8');
  const lean = withoutJsonSchema(source);
  const exported = (await import(/* @vite-ignore */ url)) as Record<string, unknown>;
  const kept = (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(lean)}`)) as Record<
    string,
    () => () => unknown
  >;
  expect(Object.keys(kept).sort()).toEqual(Object.keys(exported).sort());
  expect(lean.length).toBeLessThan(source.length / 3);
  // Schemas only hold on to what these return; it must not be called.
  for (const make of Object.values(kept)) expect(make()).toThrow('no JSON Schema');
});
