import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LONGEST_PACKED, pack, unpack } from './packed.ts';

describe('a packed text', () => {
  it('unpacks to itself, and needs no escape in an address', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (text) => {
        const packed = await pack(text);
        expect(packed).toMatch(/^[\w-]*$/);
        expect(await unpack(packed)).toBe(text);
      }),
      { numRuns: 50 },
    );
  });

  it('is shorter than a text that repeats itself', async () => {
    const context = 'You, six years together and then a text on a Tuesday. '.repeat(40);
    expect((await pack(context)).length).toBeLessThan(context.length / 10);
  });

  it.each(['not base64!', 'AAAA', 'a'.repeat(LONGEST_PACKED + 1)])(
    'that is damaged is refused: %.12s',
    async (text) => {
      await expect(unpack(text)).rejects.toMatchObject({ code: 'bad-data' });
    },
  );

  it('that was cut off is refused', async () => {
    const packed = await pack('A sentence that is long enough to be cut in the middle of it.');
    await expect(unpack(packed.slice(0, -8))).rejects.toMatchObject({ code: 'bad-data' });
  });

  it('that unpacks to more than a link can hold is refused', async () => {
    const bomb = deflateRawSync(Buffer.alloc(8 * 2 ** 20)).toString('base64url');
    expect(bomb.length).toBeLessThan(LONGEST_PACKED);
    await expect(unpack(bomb)).rejects.toMatchObject({
      code: 'bad-data',
      message: expect.stringContaining('too much'),
    });
  });
});
