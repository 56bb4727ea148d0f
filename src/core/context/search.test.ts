import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestThatFits } from './search.ts';

/** The search over prompts of known lengths, and how often it measured. */
async function search(lengths: readonly number[], room: number, predicted: readonly number[] = lengths) {
  const rounds: number[][] = [];
  const { index, measured } = await longestThatFits(predicted, room, async (indices) => {
    rounds.push(indices);
    return indices.map((each) => lengths[each] ?? NaN);
  });
  return { index, measured, rounds };
}

describe('longestThatFits', () => {
  it('measures once where everything fits', async () => {
    expect(await search([90, 60, 30], 100)).toMatchObject({ index: 0, rounds: [[0]] });
  });

  it('measures twice where the predictions are right, both sides of the edge at once', async () => {
    const lengths = Array.from({ length: 100 }, (_, i) => 1000 - 10 * i);
    const { index, rounds } = await search(lengths, 455);
    expect([index, rounds]).toEqual([55, [[0], [54, 55]]]);
  });

  it('corrects predictions that are off by a constant', async () => {
    const lengths = Array.from({ length: 100 }, (_, i) => 1000 - 10 * i);
    const { index, rounds } = await search(
      lengths,
      455,
      lengths.map((length) => length + 300),
    );
    expect([index, rounds.length]).toEqual([55, 2]);
  });

  it('finds none if not even the shortest fits, and has measured it', async () => {
    const { index, measured } = await search([90, 60, 30], 20);
    expect([index, measured.get(2)]).toEqual([null, 30]);
    expect((await search([], 20)).index).toBeNull();
  });

  it('finds the edge whatever is predicted, in few rounds', async () => {
    const shorter = fc.array(fc.nat(50), { minLength: 1, maxLength: 64 });
    await fc.assert(
      fc.asyncProperty(shorter, fc.infiniteStream(fc.nat(3000)), fc.nat(1500), async (steps, noise, room) => {
        const lengths = steps.map((_, i) => steps.slice(i).reduce((sum, step) => sum + step, 0));
        const predicted = lengths.map(() => noise.next().value ?? 0);
        const { index, rounds } = await search(lengths, room, predicted);
        expect(index).toBe(
          lengths.findIndex((length) => length <= room) === -1 ? null : lengths.findIndex((length) => length <= room),
        );
        expect(rounds.length).toBeLessThanOrEqual(4 + Math.ceil(Math.log2(lengths.length + 1)));
      }),
    );
  });

  it('finds a prompt that fits next to one that does not where lengths are not monotonic', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(100), { minLength: 1, maxLength: 30 }), fc.nat(100), async (lengths, room) => {
        const { index, measured } = await search(
          lengths,
          room,
          lengths.map((length) => 100 - length),
        );
        if (index === null) {
          expect(lengths.at(-1)).toBeGreaterThan(room);
          return;
        }
        expect(lengths[index]).toBeLessThanOrEqual(room);
        if (index > 0) expect(measured.get(index - 1)).toBeGreaterThan(room);
      }),
    );
  });
});
