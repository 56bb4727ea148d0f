import { describe, expect, it } from 'vitest';
import type { RpcClient } from '../../rpc/client.ts';
import type { HostApi } from '../protocol.ts';
import { createLab } from './lab.ts';
import { Turnstile } from './turnstile.ts';

/** A page that answers when the test says so. */
function page() {
  const asked: { name: unknown; answer: () => void; fail: () => void }[] = [];
  const call = (_: string, { name, args }: { name: string; args: unknown[] }) =>
    new Promise((resolve, reject) =>
      asked.push({ name: args[0] ?? name, answer: () => resolve(args[0]), fail: () => reject(new Error('no')) }),
    );
  return { asked, client: { call } as unknown as RpcClient<HostApi> };
}
const settle = () => new Promise((next) => setTimeout(next));

describe('the lab of a notebook', () => {
  it('limits concurrent calls to the page, and makes the others in order', async () => {
    const { asked, client } = page();
    const lab = createLab(client, ['double'], { turnstile: new Turnstile(2) });
    const double = lab['double'] as (n: number) => Promise<unknown>;
    const results = [1, 2, 3, 4, 5].map((n) => double(n).catch(() => 'failed'));
    await settle();
    expect(asked.map(({ name }) => name)).toEqual([1, 2]);
    asked[1]?.fail();
    await settle();
    asked[0]?.answer();
    await settle();
    expect(asked.map(({ name }) => name)).toEqual([1, 2, 3, 4]);
    for (let i = 2; i < 5; i++) {
      asked[i]?.answer();
      await settle();
    }
    expect(await Promise.all(results)).toEqual([1, 'failed', 3, 4, 5]);
    void double(6);
    await settle();
    expect(asked).toHaveLength(6);
  });

  it('ends a loop that calls without ever awaiting, even with the lab of a cell', () => {
    const { asked, client } = page();
    const lab = createLab(client, ['measured'], { turnstile: new Turnstile(2, 10) }).until(new Promise(() => {}));
    const measured = lab['measured'] as () => Promise<unknown>;
    let calls = 0;
    expect(() => {
      for (; calls < 1000; calls++) void measured();
    }).toThrow(/calls of the lab are waiting.*await/s);
    expect([calls, asked.length]).toEqual([12, 2]);
  });
});
