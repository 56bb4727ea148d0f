import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cacheKey, cacheName, coverage, route, staleCaches, type PrecacheManifest } from './precache.ts';

const BASE = 'https://host.example/deep/folder/';
const MANIFEST: PrecacheManifest = {
  version: 'v2',
  entries: [
    { path: '', integrity: 'sha256-page', bytes: 10, tier: 'install' },
    { path: 'assets/index-a.js', integrity: 'sha256-a+b=', bytes: 20, tier: 'install' },
    { path: 'assets/later-b.js', integrity: 'sha256-b', bytes: 30, tier: 'idle' },
    { path: 'ort/ort.wasm', integrity: 'sha256-c', bytes: 40, tier: 'use' },
  ],
};

function ask(path: string, part: { method?: string; mode?: string; headers?: Headers } = {}) {
  const request = { method: 'GET', mode: 'cors', headers: new Headers(), url: new URL(path, BASE).href, ...part };
  return route(request, BASE, MANIFEST);
}

describe('route', () => {
  it('knows the page by its address, with or without a query, and by index.html', () => {
    for (const path of ['', '?view=compare', '#chat', 'index.html']) {
      expect(ask(path, { mode: 'navigate' })).toMatchObject({ kind: 'file', entry: { path: '' } });
    }
  });

  it('knows the files of this version', () => {
    expect(ask('ort/ort.wasm')).toMatchObject({ kind: 'file', entry: { path: 'ort/ort.wasm' } });
  });

  it('looks in other caches for files that another version may have', () => {
    expect(ask('assets/index-old.js?x=1')).toEqual({ kind: 'other', url: `${BASE}assets/index-old.js` });
  });

  it.each([
    ['model files', 'models/smollm2/model.onnx', {}],
    ['other hosts', 'https://endpoint.example/v1/models', {}],
    ['folders beside the lab', 'https://host.example/deep/', {}],
    ['writes', 'assets/index-a.js', { method: 'POST' }],
    ['parts of files', 'ort/ort.wasm', { headers: new Headers({ range: 'bytes=0-9' }) }],
  ])('leaves %s alone', (_what, path, part) => {
    expect(ask(path, part)).toEqual({ kind: 'pass' });
  });
});

describe('staleCaches', () => {
  const names = ['someone-else', 'solace-lab-models', cacheName('v0'), cacheName('v1'), cacheName('v2')];

  it('removes every older version, but nothing of other apps on the host or of the model store', () => {
    expect(staleCaches(names, 'v2', false)).toEqual([cacheName('v0'), cacheName('v1')]);
  });

  it('keeps the previous version while a window may still run it', () => {
    expect(staleCaches(names, 'v2', true)).toEqual([cacheName('v0')]);
  });
});

describe('coverage', () => {
  it('counts missing files of the requested tiers', () => {
    const kept = new Set(MANIFEST.entries.slice(0, 2).map((entry) => cacheKey(BASE, entry)));
    expect(coverage(MANIFEST, ['install', 'idle'], BASE, kept)).toMatchObject({
      files: 3,
      bytes: 60,
      missingBytes: 30,
    });
    expect(coverage(MANIFEST, ['use'], BASE, kept).missing.map((entry) => entry.path)).toEqual(['ort/ort.wasm']);
  });
});

describe('cacheKey', () => {
  it('is a valid address that differs whenever path or content does', () => {
    const entry = fc.record({
      path: fc.stringMatching(/^[a-z0-9._/-]{0,30}$/),
      integrity: fc.base64String().map((hash) => `sha256-${hash}`),
      bytes: fc.nat(),
      tier: fc.constant('idle' as const),
    });
    fc.assert(
      fc.property(entry, entry, (one, other) => {
        const same = one.path === other.path && one.integrity === other.integrity;
        expect(cacheKey(BASE, one) === cacheKey(BASE, other)).toBe(same);
        expect(new URL(cacheKey(BASE, one)).searchParams.get('integrity')).toBe(one.integrity);
      }),
    );
  });
});
