import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OrtHeap } from './ort-heap.ts';
import { openHeapHere } from './testing/widened.ts';
import { CODE_WARM_UP_MEASURE, warmUpCode } from './warm-up.ts';

let heap: OrtHeap;
beforeAll(async () => {
  heap = await openHeapHere();
});
afterEach(() => performance.clearMeasures(CODE_WARM_UP_MEASURE));

const ended = () => performance.getEntriesByName(CODE_WARM_UP_MEASURE).length === 1;

/** The heap with a function of its own, and the steps and sessions that it was asked for. */
function watched(run: OrtHeap['_OrtRun'] = (...step) => heap._OrtRun(...step)) {
  const calls = { steps: 0, opened: 0, released: 0 };
  const own: Partial<OrtHeap> = {
    _OrtRun: (...step) => (calls.steps++, run(...step)),
    _OrtCreateSession: (...graph) => (calls.opened++, heap._OrtCreateSession(...graph)),
    _OrtReleaseSession: (session) => (calls.released++, heap._OrtReleaseSession(session)),
  };
  return { calls, heap: Object.assign(Object.create(heap) as OrtHeap, own) };
}

const never = new AbortController().signal;

describe('warmUpCode', () => {
  it('runs as many steps of one token as of several, and frees its decoder', async () => {
    const { heap, calls } = watched();
    await warmUpCode(heap, never);
    expect(ended()).toBe(true);
    expect(calls).toEqual({ steps: 40, opened: 1, released: 1 });
  });

  it('does nothing if the files are here already', async () => {
    const { heap, calls } = watched();
    await warmUpCode(heap, AbortSignal.abort());
    expect(calls).toEqual({ steps: 0, opened: 0, released: 0 });
  });

  it('ends after the step that is running, and frees its decoder', async () => {
    const stop = new AbortController();
    const { heap: stopping, calls } = watched((...step) => {
      if (calls.steps === 3) stop.abort();
      return heap._OrtRun(...step);
    });
    await warmUpCode(stopping, stop.signal);
    expect(ended()).toBe(false);
    expect(calls).toEqual({ steps: 3, opened: 1, released: 1 });
  });

  it.each([
    ['fails', () => 1],
    [
      'throws',
      () => {
        throw new RangeError('out of memory');
      },
    ],
  ])('leaves it to the model to report a step that %s', async (_, run) => {
    const { heap, calls } = watched(run);
    await warmUpCode(heap, never);
    expect(ended()).toBe(false);
    expect(calls).toEqual({ steps: 1, opened: 1, released: 1 });
  });

  it('leaves it to the model to report a heap without room', async () => {
    const { heap, calls } = watched();
    heap._malloc = () => 0;
    await warmUpCode(heap, never);
    expect(calls).toEqual({ steps: 0, opened: 0, released: 0 });
  });
});
