import { describe, expect, it } from 'vitest';
import { weightFault } from './memory.ts';

const MIB = 2 ** 20;
const DEFAULTS = { maxBufferBytes: 256 * MIB, maxBindingBytes: 128 * MIB, maxBuffersPerShader: 8 };

describe('weightFault', () => {
  // Vocabulary and width of Qwen2.5 0.5B, 8 bits.
  const embedding = 151_936 * 896;

  it.each([
    ['a weight above the binding limit that fits a buffer', embedding, DEFAULTS],
    ['the largest that fits a buffer', 256 * MIB, DEFAULTS],
    ['a weight in as many parts as a shader can see', 4 * 128 * MIB, { ...DEFAULTS, maxBufferBytes: 2048 * MIB }],
    [
      'a card with generous limits',
      4 * embedding,
      { maxBufferBytes: 2048 * MIB, maxBindingBytes: 2048 * MIB, maxBuffersPerShader: 10 },
    ],
  ])('takes %s', (_, bytes, limits) => expect(weightFault(bytes, limits)).toBeUndefined());

  it('refuses with both numbers what fits no buffer', () => {
    expect(weightFault(4 * embedding, DEFAULTS)).toBe(
      'Its largest weight takes 545 MB, but this graphics device allows 268 MB per buffer.',
    );
  });

  it('refuses with all numbers what a shader cannot see', () => {
    expect(weightFault(600 * MIB, { ...DEFAULTS, maxBufferBytes: 2048 * MIB })).toBe(
      'Its largest weight takes 629 MB, but this graphics device allows a shader 4 times 134 MB of it.',
    );
  });
});
