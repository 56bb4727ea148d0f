import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forward } from '../src/core/formats/reference/forward.ts';
import { sequence } from '../src/core/training/testing/training-model.ts';
import { modelLoss } from '../trainer/train/perplexity.ts';
import { openModel } from '../trainer/files/open-model.ts';
import { writeTinyAdapters } from './harness/adapter-files.ts';
import { mean, negativeLogLikelihood } from './harness/decoder.ts';
import { type AdapterReference, readFixture } from './harness/fixtures.ts';

/** In nats; PEFT and llama.cpp compute in single precision. */
const TOLERANCE = 1e-3;
const { ids, nll } = readFixture<AdapterReference>('adapters');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'adapter-parity-'));
  await writeTinyAdapters(folder);
});
afterAll(() => rm(folder, { recursive: true }));

/** Opens the tiny model with an adapter, or without, while `use` runs. */
async function withModel<T>(
  adapter: string | undefined,
  use: (model: Awaited<ReturnType<typeof openModel>>['checkpoint']) => Promise<T>,
): Promise<T> {
  const adapters = adapter === undefined ? [] : [join(folder, 'adapters', adapter)];
  const { checkpoint, close } = await openModel({ path: join(folder, 'model'), adapters });
  try {
    return await use(checkpoint);
  } finally {
    await close();
  }
}

const computed = new Map<string | undefined, Promise<number[][]>>();

function likelihoods(adapter?: string): Promise<number[][]> {
  const known = computed.get(adapter) ?? computeLikelihoods(adapter);
  computed.set(adapter, known);
  return known;
}

function computeLikelihoods(adapter: string | undefined): Promise<number[][]> {
  return withModel(adapter, async (model) => {
    const rows: number[][] = [];
    for (const row of ids) {
      const logits = await forward(model, row);
      rows.push(row.slice(1).map((id, i) => negativeLogLikelihood(logits[i] ?? new Float32Array(0), id)));
    }
    return rows;
  });
}

/** The largest absolute difference, NaN where a value is missing. */
function difference(expected: number[][] | undefined, found: number[][]): number {
  const all = found.flatMap((row, i) => row.map((value, t) => Math.abs(value - (expected?.[i]?.[t] ?? NaN))));
  return Math.max(...all);
}

describe('an adapter does here what it does', () => {
  it.each(['plain', 'patterns'])('in PEFT and in llama.cpp, from each format: %s', async (name) => {
    const own = await likelihoods(`${name}/peft`);
    expect(difference(nll[name]?.['PEFT'], own)).toBeLessThan(TOLERANCE);
    expect(difference(nll[name]?.['llama.cpp F32'], own)).toBeLessThan(TOLERANCE);
    expect(difference(own, await likelihoods(`${name}/F32.gguf`))).toBeLessThan(TOLERANCE / 10);
    // So the agreement is not that of a base that no adapter changed.
    expect(difference(nll['base']?.['torch'], own)).toBeGreaterThan(1);
  });

  it('and the base alone gives what it gives there', async () => {
    const own = await likelihoods();
    expect(difference(nll['base']?.['torch'], own)).toBeLessThan(TOLERANCE);
    expect(difference(nll['base']?.['llama.cpp'], own)).toBeLessThan(TOLERANCE);
  });

  it.each(['plain', 'patterns'])(
    'in 8 bits nearly what it does in 32, and nearer than in llama.cpp: %s',
    async (name) => {
      const [exact, rounded] = [await likelihoods(`${name}/F32.gguf`), await likelihoods(`${name}/Q8_0.gguf`)];
      // llama.cpp rounds what enters a Q8_0 matrix, too.
      const cost = (rows: number[][] | undefined): number =>
        mean((rows ?? []).flatMap((row, i) => row.map((value, t) => Math.abs(value - (exact[i]?.[t] ?? NaN)))));
      expect(cost(rounded)).toBeGreaterThan(0);
      expect(cost(rounded)).toBeLessThan(cost(nll[name]?.['llama.cpp Q8_0']));
      expect(cost(nll[name]?.['llama.cpp Q8_0'])).toBeLessThan(0.1);
    },
  );

  it('in the trainer’s graph, which measures perplexity', async () => {
    const sequences = ids.map((row, i) =>
      sequence(
        String(i),
        row,
        row.map((_, t) => (t === 0 ? 0 : 1)),
      ),
    );
    for (const name of ['plain', 'patterns']) {
      const { loss } = await withModel(`${name}/F32.gguf`, (model) => modelLoss(model, sequences, { device: 'cpu' }));
      expect(Math.abs(loss - mean((nll[name]?.['PEFT'] ?? []).flat()))).toBeLessThan(TOLERANCE);
    }
  });
});
