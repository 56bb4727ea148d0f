import { describe, expect, it } from 'vitest';
import { LabError } from '../error.ts';
import { fakeModel } from '../evaluation/testing/fake-model.ts';
import { PAPER_DECODING } from './engine.ts';
import { retried, retryingModel, type RetryWait } from './retry.ts';

const busy = (retryAfter?: number) =>
  new LabError({
    code: 'endpoint',
    what: 'Busy.',
    status: 429,
    retryable: true,
    ...(retryAfter !== undefined && { retryAfter }),
  });
const refused = new LabError({ code: 'endpoint', what: 'No key.', status: 401 });

/** Work that fails as specified, and the pauses it was given. */
function failing(...failures: LabError[]) {
  const waits: RetryWait[] = [];
  const slept: number[] = [];
  let calls = 0;
  const work = () => {
    const failure = failures[calls++];
    return failure ? Promise.reject(failure) : Promise.resolve('done');
  };
  const options = {
    onWait: (wait: RetryWait) => void waits.push(wait),
    sleep: (milliseconds: number) => {
      slept.push(milliseconds);
      return Promise.resolve();
    },
    random: () => 0.5,
  };
  return { work, options, waits, slept, calls: () => calls };
}

describe('retried', () => {
  it('waits longer each time, and at least as long as the server asks', async () => {
    const { work, options, waits, slept } = failing(busy(), busy(), busy(30_000));
    expect(await retried(work, undefined, options)).toBe('done');
    expect(slept).toEqual([1000, 2000, 30_000]);
    expect(waits.map(({ error }) => error.status)).toEqual([429, 429, 429]);
  });

  it('gives up in the end, and at once on permanent failures', async () => {
    const patient = failing(...Array.from({ length: 20 }, () => busy()));
    await expect(retried(patient.work, undefined, patient.options)).rejects.toMatchObject({ detail: { status: 429 } });
    expect(patient.calls()).toBe(8);
    expect(Math.max(...patient.slept)).toBe(60_000);
    for (const failure of [refused, busy(3_600_000)]) {
      const once = failing(failure);
      await expect(retried(once.work, undefined, once.options)).rejects.toBe(failure);
      expect(once.calls()).toBe(1);
    }
  });

  it('stops waiting on request', async () => {
    const stop = new AbortController();
    const { work } = failing(busy(500_000));
    const waiting = retried(work, stop.signal, { onWait: () => queueMicrotask(() => stop.abort()) });
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('retryingModel', () => {
  it('yields a reply once, whatever failed attempts said before', async () => {
    let tries = 0;
    const model = fakeModel();
    const stream = model.stream.bind(model);
    model.stream = async function* (...request) {
      yield { type: 'text', text: 'Half a ' };
      if (++tries < 3) throw busy();
      yield* stream(...request);
    };
    const events = [];
    const retrying = retryingModel(model, { sleep: () => Promise.resolve() });
    for await (const event of retrying.stream([{ role: 'user', content: 'Hi' }], { ...PAPER_DECODING, seed: 7 }))
      events.push(event.type === 'text' ? event.text : event.type);
    expect(events).toEqual(['Half a ', '7 Hi', 'done']);
    expect(tries).toBe(3);
  });
});
