import { afterEach, describe, expect, it, vi } from 'vitest';
import { hasWasmThreads, wasmThreads } from './threads.ts';

describe('threads', () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each([
    ['an isolated page with shared memory and many cores', true, true, 16, 4],
    ['the same on two cores', true, true, 2, 2],
    ['a page that is not isolated', false, true, 16, 1],
    ['an isolated page without shared memory, as in WebKit on Linux', true, false, 16, 1],
  ])('%s', (_name, isolated, shared, cores, threads) => {
    vi.stubGlobal('crossOriginIsolated', isolated);
    vi.stubGlobal('navigator', { hardwareConcurrency: cores });
    if (!shared) vi.stubGlobal('SharedArrayBuffer', undefined);
    expect(wasmThreads()).toBe(threads);
    expect(hasWasmThreads()).toBe(threads > 1);
  });
});
