import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EMBEDDED_ADAPTERS, EMBEDDED_MODEL, EMBEDDED_MODEL_ID } from '../../core/engine/embedded.ts';
import type { AdapterRecord } from '../../core/engine/record.ts';
import { adapterFilesOf, combineAdapters } from './adding.ts';
import { catalogue } from './catalogue.ts';
import { residency } from './resident-models.ts';
import { libraryWorker } from './workers.ts';

const adapter = (id: string): AdapterRecord => ({
  id,
  name: id,
  summary: '',
  bytes: 7,
  addedAt: 1,
  added: true,
  format: 'adapter',
  base: EMBEDDED_MODEL,
  url: null,
  template: null,
  parts: [{ name: id, folder: '', weight: 1 }],
});
const [ONE, TWO] = [adapter('one'), adapter('two')];
const KNOWN = [EMBEDDED_MODEL, ...EMBEDDED_ADAPTERS, ONE, TWO];
const COMBINED = adapter('sum');
const FILES = new Map([['adapter.gguf', new Blob(['g'])]]);

/** What the worker was asked, without the questions about stored bytes. */
let asked: [method: string, input: unknown][];

beforeEach(() => {
  asked = [];
  vi.stubGlobal('navigator', { storage: { persist: () => Promise.reject(new Error('Asked in vain.')) } });
  vi.stubGlobal('document', { baseURI: 'https://lab.example/' });
  vi.spyOn(catalogue, 'list').mockResolvedValue(KNOWN);
  vi.spyOn(catalogue, 'keep').mockResolvedValue();
  vi.spyOn(residency, 'retire').mockResolvedValue();
  vi.spyOn(libraryWorker, 'call').mockImplementation(((method: string, input: unknown, options: object) => {
    if (method === 'storedBytes') return Promise.resolve({ sum: { files: 5, made: 2 } });
    asked.push([method, input]);
    if ('onEvent' in options) (options.onEvent as (event: object) => void)({ stage: 'Reading' });
    return Promise.resolve(method === 'combine' ? COMBINED : FILES);
  }) as unknown as typeof libraryWorker.call);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('combining adapters', () => {
  it('passes their records and weights to the worker and keeps the new model', async () => {
    const stages: string[] = [];
    const summary = await combineAdapters(
      'Sum',
      [
        { id: 'one', weight: 0.75 },
        { id: 'two', weight: -0.25 },
      ],
      { onProgress: ({ stage }) => void stages.push(stage) },
    );
    const parts = [
      { record: ONE, weight: 0.75 },
      { record: TWO, weight: -0.25 },
    ];
    expect(asked).toEqual([['combine', { name: 'Sum', parts, known: KNOWN, base: 'https://lab.example/' }]]);
    expect(catalogue.keep).toHaveBeenCalledExactlyOnceWith(COMBINED);
    // The model in memory under its id may have other weights.
    expect(residency.retire).toHaveBeenCalledExactlyOnceWith('sum');
    expect(summary).toMatchObject({ id: 'sum', storedBytes: 7, base: { id: EMBEDDED_MODEL_ID }, embedded: false });
    expect(stages).toEqual(['Reading']);
  });

  it('refuses models that are no adapters or do not exist, before the worker starts', async () => {
    const combine = (id: string) =>
      combineAdapters('Sum', [
        { id: 'one', weight: 1 },
        { id, weight: 1 },
      ]);
    await expect(combine(EMBEDDED_MODEL_ID)).rejects.toMatchObject({ code: 'bad-config' });
    await expect(combine('missing')).rejects.toMatchObject({ code: 'not-found' });
    expect(asked).toEqual([]);
    expect(catalogue.keep).not.toHaveBeenCalled();
  });
});

describe('saving an adapter', () => {
  it.each(['gguf', 'peft'] as const)('returns its files as %s', async (format) => {
    expect(await adapterFilesOf('two', format)).toBe(FILES);
    expect(asked).toEqual([['saveAdapter', { record: TWO, base: 'https://lab.example/', format }]]);
    expect(catalogue.keep).not.toHaveBeenCalled();
  });

  it('refuses a model that is no adapter', async () => {
    await expect(adapterFilesOf(EMBEDDED_MODEL_ID, 'gguf')).rejects.toThrow(/It is not an adapter/);
    expect(asked).toEqual([]);
  });
});
