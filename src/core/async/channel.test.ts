import { describe, expect, it } from 'vitest';
import { Channel } from './channel.ts';

async function read<Value>(channel: Channel<Value>): Promise<Value[]> {
  const values: Value[] = [];
  for await (const value of channel) values.push(value);
  return values;
}

describe('Channel', () => {
  it('gives what was pushed before and after reading began, in order, and then ends', async () => {
    const channel = new Channel<number>();
    channel.push(1);
    const reading = read(channel);
    channel.push(2);
    await Promise.resolve();
    channel.push(3);
    expect(channel.closed).toBe(false);
    channel.close();
    expect(await reading).toEqual([1, 2, 3]);
    expect(channel.closed).toBe(true);
  });

  it('ends at once where it was closed empty', async () => {
    const channel = new Channel<number>();
    channel.close();
    expect(await read(channel)).toEqual([]);
  });
});
