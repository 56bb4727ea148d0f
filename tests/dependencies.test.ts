import { readdir, readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const json = async (path: string) =>
  JSON.parse(await readFile(join(ROOT, path), 'utf8')) as Record<string, Record<string, string>>;

describe('dependencies', () => {
  it('have exactly the runtime that transformers.js was built for', async () => {
    const [ours, theirs] = [
      await json('package.json'),
      await json('node_modules/@huggingface/transformers/package.json'),
    ];
    const wanted = theirs['dependencies']?.['onnxruntime-web'];
    expect(wanted).toMatch(/^\d/);
    expect(ours['dependencies']?.['onnxruntime-web']).toBe(wanted);
    expect((await json('node_modules/onnxruntime-web/package.json'))['version']).toBe(wanted);
  });

  it('are declared, wherever a module imports one', async () => {
    const { dependencies, devDependencies } = await json('package.json');
    const declared = new Set([...Object.keys(dependencies ?? {}), ...Object.keys(devDependencies ?? {})]);
    const missing = new Set<string>();
    for (const folder of ['src', 'workers', 'trainer', 'build', 'bench', 'tests']) {
      for (const entry of await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !/\.(ts|svelte)$/.test(entry.name)) continue;
        const code = await readFile(join(entry.parentPath, entry.name), 'utf8');
        for (const [, name = ''] of code.matchAll(
          /^\s*(?:import|export)\s[^'"`;]*?from\s+['"]([^'"]+)['"]|^\s*import\s+['"]([^'"]+)['"]/gm,
        )) {
          const packageName = /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? '';
          if (/^[a-z@]/.test(name) && !isBuiltin(name) && !declared.has(packageName))
            missing.add(`${packageName} (${entry.name})`);
        }
      }
    }
    expect([...missing]).toEqual([]);
  });
});
