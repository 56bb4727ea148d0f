import { afterEach, describe, expect, it } from 'vitest';
import { byteTokenizerFiles } from '../core/engine/testing/byte-tokenizer.ts';
import { watchWork } from '../core/async/bounded.ts';
import { createChatTokenizer } from '../core/tokenizer/chat-tokenizer.ts';
import { stopAfter } from './stop-work.ts';

afterEach(() => watchWork((_, run) => run()));

const { tokenizer, config } = byteTokenizerFiles();
const split = (regex: string): object => ({
  ...tokenizer,
  pre_tokenizer: {
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex: regex }, behavior: 'Isolated', invert: false },
      { type: 'ByteLevel', add_prefix_space: false, use_regex: false },
    ],
  },
});
const replace = (regex: string): object => ({
  ...tokenizer,
  normalizer: { type: 'Replace', pattern: { Regex: regex }, content: '' },
});

describe('stopAfter', () => {
  it.each([
    ['a pre-tokenizer', split('(a+)+$'), `${'a'.repeat(40)}!`],
    ['a normalizer', replace('(x+x+)+y'), 'x'.repeat(45)],
    ['alternatives that overlap', split('(?:a|b|ab)*c'), 'ab'.repeat(40)],
  ])('stops %s whose pattern does not terminate, and names it', (_, json, text) => {
    watchWork(stopAfter(0.2));
    const { encode } = createChatTokenizer(json, config, 'model');
    expect(() => encode(text)).toThrow(
      expect.objectContaining({
        code: 'bad-config',
        message: expect.stringMatching(/^model\/tokenizer\.json, pattern .*(a\+|x\+|ab).*stopped/),
      }),
    );
    // The thread still works, and the tokenizer still handles other texts.
    expect(encode('hello')).toHaveLength(5);
  });

  it('returns what the work returns, and throws its errors', () => {
    const bounded = stopAfter(5);
    expect(bounded('x', () => bounded('y', () => [1, 2]))).toEqual([1, 2]);
    expect(() =>
      bounded('x', () => {
        throw new TypeError('own');
      }),
    ).toThrow(TypeError);
  });
});
