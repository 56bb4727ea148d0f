import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { compiledAhead, fetchAhead, fetchOrt } from './fetch-ahead.ts';

/** The smallest Wasm module. */
const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

describe('fetchAhead', () => {
  let answers: Response[];
  let asked: { url: string; signal: AbortSignal | null }[];
  let compiled: Promise<WebAssembly.Module>[];
  beforeEach(() => {
    [answers, asked, compiled] = [[], [], []];
    vi.stubGlobal('fetch', (url: string, { signal }: { signal: AbortSignal | null }) => {
      asked.push({ url, signal });
      const answer = new Response(EMPTY_MODULE, { headers: { 'content-type': 'application/wasm' } });
      answers.push(answer);
      return url.includes('broken') ? Promise.reject(new TypeError('Failed to fetch')) : Promise.resolve(answer);
    });
    const { compileStreaming } = WebAssembly;
    vi.spyOn(WebAssembly, 'compileStreaming').mockImplementation((source) => {
      const module = compileStreaming(source);
      compiled.push(module);
      return module;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });

  it('fetches an address once and reads it to its end, so that the browser keeps it', async () => {
    vi.stubGlobal('navigator', {});
    const { signal } = new AbortController();
    fetchAhead('https://lab.example/once.wasm', signal);
    fetchAhead('https://lab.example/once.wasm');
    fetchAhead('https://lab.example/other.wasm');
    expect(asked).toEqual([
      { url: 'https://lab.example/once.wasm', signal },
      { url: 'https://lab.example/other.wasm', signal: null },
    ]);
    await vi.waitFor(() => expect(answers.map(({ bodyUsed }) => bodyUsed)).toEqual([true, true]));
    expect(compiled).toEqual([]);
  });

  it('compiles it in Chromium, where the engine then shares the code', async () => {
    vi.stubGlobal('navigator', { userAgentData: {} });
    fetchAhead('https://lab.example/compiled.wasm');
    fetchAhead('https://lab.example/compiled.wasm');
    expect(await Promise.all(compiled)).toEqual([expect.any(WebAssembly.Module)]);
    expect(await compiledAhead('https://lab.example/compiled.wasm')).toBe(await compiled[0]);
    expect(compiled).toHaveLength(1);
  });

  it('keeps no code where the browser compiles none ahead', () => {
    vi.stubGlobal('navigator', {});
    expect(compiledAhead('https://lab.example/absent.wasm')).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it("fetches the processor's build of ONNX Runtime", () => {
    vi.stubGlobal('navigator', {});
    fetchOrt('https://lab.example/ort/');
    expect(asked.map(({ url }) => url)).toEqual(['https://lab.example/ort/ort-wasm-simd-threaded.wasm']);
  });

  it('leaves it to the engine to report a failure, and tries again for the next one', async () => {
    vi.stubGlobal('navigator', {});
    fetchAhead('https://lab.example/broken.wasm');
    await vi.waitFor(() => {
      fetchAhead('https://lab.example/broken.wasm');
      expect(asked.length).toBeGreaterThan(1);
    });
  });
});
