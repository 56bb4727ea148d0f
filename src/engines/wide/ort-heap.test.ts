import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ortFiles } from '../ort.ts';
import { openHeapHere, ORT_HERE } from './testing/widened.ts';

const { wasm } = ortFiles('wasm', ORT_HERE.ortBase);

describe('openOrtHeap where the browser compiles ahead', () => {
  let asked: string[];
  let answer: () => Promise<Response>;
  beforeEach(() => {
    asked = [];
    vi.stubGlobal('navigator', { userAgentData: {} });
    vi.stubGlobal('fetch', (url: string) => (asked.push(url), answer()));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });

  it('compiles code that a server gives another type', async () => {
    answer = async () => new Response(await readFile(new URL(wasm)), { headers: { 'content-type': 'text/plain' } });
    expect((await openHeapHere())._malloc(8)).toBeGreaterThan(0);
    expect(asked).toEqual([wasm, wasm]);
  });

  it('says so if the code cannot be fetched', async () => {
    answer = () => Promise.reject(new TypeError('Failed to fetch'));
    await expect(openHeapHere()).rejects.toThrow('Failed to fetch');
  });

  it('does not start if its code was cancelled', async () => {
    const cancelled = AbortSignal.abort();
    answer = () => Promise.reject(new DOMException('Aborted', 'AbortError'));
    await expect(openHeapHere(cancelled)).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('starts with the code that was compiled', async () => {
    const compile = vi.spyOn(WebAssembly, 'compileStreaming');
    const instantiate = vi.spyOn(WebAssembly, 'instantiate');
    answer = async () =>
      new Response(await readFile(new URL(wasm)), { headers: { 'content-type': 'application/wasm' } });
    for (let i = 0; i < 2; i++) expect((await openHeapHere())._malloc(8)).toBeGreaterThan(0);
    expect(asked).toEqual([wasm]);
    const code: unknown = await compile.mock.results[0]?.value;
    expect(instantiate.mock.calls.filter(([module]) => module === code)).toHaveLength(2);
  });
});
