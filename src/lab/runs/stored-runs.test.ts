import { afterEach, describe, expect, it, vi } from 'vitest';
import { alone } from './stored-runs.ts';

describe('alone', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('works if the browser has no locks, as on pages that are not served securely', async () => {
    vi.stubGlobal('navigator', {});
    expect(await alone('run', async () => 'done')).toBe('done');
  });

  it('refuses a second tab if it has locks', async () => {
    vi.stubGlobal('navigator', {
      locks: {
        request: (_name: string, _options: object, work: (lock: null) => unknown) =>
          Promise.resolve().then(() => work(null)),
      },
    });
    await expect(alone('run', async () => 'done')).rejects.toMatchObject({ code: 'busy' });
  });
});
