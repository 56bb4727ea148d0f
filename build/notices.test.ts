import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noticesText, packageFolder, packageNotice } from './notices.ts';

const folderOf = (name: string): string =>
  join(dirname(createRequire(import.meta.url).resolve('svelte/package.json')), '..', name);

describe('packageFolder', () => {
  it.each([
    ['/a/node_modules/idb/build/index.js', '/a/node_modules/idb'],
    ['\0/a/node_modules/@lezer/lr/dist/index.js?commonjs-proxy', '/a/node_modules/@lezer/lr'],
    ['/a/node_modules/x/node_modules/@y/z/i.css#top', '/a/node_modules/x/node_modules/@y/z'],
    ['/a/src/main.ts', undefined],
    ['\0vite/preload-helper', undefined],
  ])('of %j is %j', (module, folder) => expect(packageFolder(module)).toBe(folder));
});

describe('packageNotice', () => {
  it('uses the text of the package itself', () => {
    expect(packageNotice(folderOf('idb'))).toMatchObject({
      name: 'idb',
      licence: 'ISC',
      text: expect.stringMatching(/Jake Archibald/),
    });
    expect(packageNotice(folderOf('@fontsource-variable/literata')).text).toMatch(/SIL Open Font License/i);
  });

  it('has the text for packages without a licence file', () => {
    const { text, about } = packageNotice(folderOf('onnxruntime-web'));
    expect(text).toMatch(/^Copyright \(c\) Microsoft Corporation\n\nPermission is hereby granted/);
    expect(about).toMatch(/ThirdPartyNotices/);
  });
});

describe('noticesText', () => {
  it('writes a shared text once, below all names', () => {
    const text = noticesText([
      { name: 'b', version: '2', licence: 'MIT', text: 'Same.\r\n' },
      { name: 'a', version: '1', licence: 'MIT', about: 'From afar.', text: 'Same.' },
      { name: 'c', licence: 'ISC', text: 'Other.' },
    ]);
    expect(text).toContain('a 1 (MIT)\n  From afar.\nb 2 (MIT)\n\nSame.');
    expect(text.match(/Same\./g)).toHaveLength(1);
    expect(text).toContain('c (ISC)\n\nOther.');
  });
});
