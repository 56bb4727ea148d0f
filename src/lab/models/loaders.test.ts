import { afterEach, describe, expect, it, vi } from 'vitest';
import type { GgufRecord } from '../../core/engine/record.ts';
import { LOADERS } from '../../../workers/engine/loaders.ts';

const record: GgufRecord = {
  id: 'tiny',
  name: 'Tiny',
  summary: '',
  bytes: 1,
  addedAt: 0,
  added: true,
  format: 'gguf',
  parts: ['tiny.gguf'],
  url: 'https://host.example/tiny.gguf',
};

describe('a GGUF in a browser without 64-bit Wasm memory', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('is refused with advice, before anything is fetched', async () => {
    const fetched = vi.fn();
    vi.stubGlobal('fetch', fetched);
    const Memory = vi.fn(() => {
      throw new TypeError('no i64');
    });
    vi.stubGlobal('WebAssembly', { ...WebAssembly, Memory });
    const loading = LOADERS.wllama(
      { record, choice: { engine: 'wllama', device: 'wasm' }, base: 'https://lab.example/', threads: 1 },
      {},
    );
    await expect(loading).rejects.toMatchObject({
      code: 'unsupported',
      detail: { todo: expect.stringContaining('Convert it') },
    });
    expect(fetched).not.toHaveBeenCalled();
  });
});
