import { describe, expect, it } from 'vitest';
import { WholeLoad, type WholeProgress } from './whole-load.ts';

const MB = 1e6;

/** The reports of a first load of an adapter over its base, as the engine makes them. */
const STEPS: readonly (readonly [stage: string, loaded: number, total: number])[] = [
  ['Fetching the model', 0, 2.5],
  ['Fetching the model', 2.5, 2.5],
  ['Fetching the model', 0, 113.5],
  ['Fetching the model', 60, 113.5],
  ['Fetching the model', 113.5, 113.5],
  ['Fetching the model', 0, 8],
  ['Fetching the model', 8, 8],
  ['Merging the adapter', 0, 27],
  ['Merging the adapter', 27, 27],
  ['Fetching the model', 116, 116],
  ['Preparing the weights for llama.cpp', 0, 110],
  ['Preparing the weights for llama.cpp', 110, 110],
  ['Loading the weights into memory', 0, 110],
  ['Ready', 110, 110],
];

const reports = (stored: boolean): WholeProgress[] => {
  const whole = new WholeLoad(() => ({ bytes: 124 * MB, stored }));
  return STEPS.map(([stage, loaded, total]) => whole.add({ stage, loadedBytes: loaded * MB, totalBytes: total * MB }));
};

describe('one progress of a whole load', () => {
  it.each([false, true])('has one total and never falls, stored: %s', (stored) => {
    const seen = reports(stored);
    expect(new Set(seen.map(({ totalBytes }) => totalBytes))).toEqual(new Set([124 * MB]));
    for (const key of ['loadedBytes', 'share'] as const) {
      const values = seen.map((each) => each[key] ?? 0);
      expect(values).toEqual(values.toSorted((a, b) => a - b));
    }
    expect(seen[0]?.share).toBe(0);
    expect(seen.at(-1)).toMatchObject({ stage: 'Ready', share: 1, loadedBytes: 124 * MB });
  });

  it('follows what is fetched on a first load, and the other steps once all is stored', () => {
    const [, , , fresh] = reports(false);
    expect(fresh).toMatchObject({ loadedBytes: 62.5 * MB, fetches: true });
    expect(fresh?.share).toBeCloseTo((0.9 * 62.5) / 124);
    const merged = reports(true)[8];
    expect(merged?.fetches).toBe(false);
    expect(merged?.share).toBeCloseTo(0.1 + 0.9 * 0.3);
  });

  it('is unknown where no size is, and takes the size of what comes', () => {
    const whole = new WholeLoad(() => ({ bytes: 0, stored: false }));
    expect(whole.add({ stage: 'Starting', loadedBytes: 0, totalBytes: 0 })).toMatchObject({ share: null });
    expect(whole.add({ stage: 'Fetching the model', loadedBytes: 1, totalBytes: 4 })).toMatchObject({
      loadedBytes: 1,
      totalBytes: 4,
      share: 0.225,
    });
  });
});
