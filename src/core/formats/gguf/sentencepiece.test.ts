import { describe, expect, it } from 'vitest';
import { chatTokenizerOf } from '../../tokenizer/chat-tokenizer.ts';
import type { SideFiles } from '../checkpoint/checkpoint.ts';
import { pieceTokenizerFiles } from './testing/piece-tokenizer.ts';
import { tokenizerFromGguf } from './tokenizer.ts';
import { tokenizerMetadata } from './tokenizer-metadata.ts';

const options = { vocabSize: 400, eosIds: [2] };
const filesOf = (changes?: Parameters<typeof pieceTokenizerFiles>[0]): SideFiles => pieceTokenizerFiles(changes);
const TEXTS = ['Hello there', 'the the  theatre', 'a', 'ähm, ok 🫂', 'line\nline', 'hello<s>there'];

describe('a tokenizer that writes spaces as ▁', () => {
  it.each(['Prepend', 'always'] as const)(
    'is written for llama.cpp and read back to the same tokens (%s)',
    (scheme) => {
      const files = filesOf({ scheme });
      const metadata = tokenizerMetadata(files, options);
      expect(metadata.get('tokenizer.ggml.model')?.value).toBe('llama');
      expect(metadata.get('tokenizer.ggml.add_space_prefix')?.value).toBe(true);
      expect(metadata.get('tokenizer.ggml.add_bos_token')?.value).toBe(true);
      const [own, again] = [
        chatTokenizerOf(files, 'own'),
        chatTokenizerOf(tokenizerFromGguf(metadata, 'gguf'), 'gguf'),
      ];
      // Metaspace does not add a second space; llama.cpp does, like the older normalizer.
      for (const text of scheme === 'Prepend' ? [...TEXTS, ' then'] : TEXTS) {
        expect(again.encode(text)).toEqual(own.encode(text));
        expect(again.decode(again.encode(text))).toBe(own.decode(own.encode(text)));
      }
    },
  );

  it('has kinds of tokens: unknown, control and bytes', () => {
    const types = tokenizerMetadata(filesOf({}), options).get('tokenizer.ggml.token_type')?.value as number[];
    expect(types.slice(0, 4)).toEqual([2, 3, 3, 6]);
    expect(types.at(-1)).toBe(5);
  });

  it('joins in the order of the merges', () => {
    const metadata = tokenizerMetadata(filesOf({}), options);
    const tokens = metadata.get('tokenizer.ggml.tokens')?.value as string[];
    const scores = metadata.get('tokenizer.ggml.scores')?.value as number[];
    const score = (token: string): number => scores[tokens.indexOf(token)] ?? NaN;
    expect(score('he')).toBeGreaterThan(score('▁t'));
    expect(score('▁t')).toBeGreaterThan(score('▁the'));
  });

  it('is refused with an example if scores cannot express the merges', () => {
    // "he" + "l" is a token, but only "h" + "el" may be joined to it.
    const merges: [string, string][] = [
      ['h', 'e'],
      ['e', 'l'],
      ['h', 'el'],
    ];
    expect(() => tokenizerMetadata(filesOf({ merges }), options)).toThrow(
      /would split "hel" into hel.*splits it into he \| l/,
    );
  });

  it('is refused with the true reason if llama.cpp has no rule', () => {
    const files = filesOf({});
    const json = JSON.parse(files.get('tokenizer.json') ?? '') as Record<string, unknown>;
    const odd = new Map(files).set(
      'tokenizer.json',
      JSON.stringify({ ...json, pre_tokenizer: { type: 'Punctuation' }, normalizer: null }),
    );
    expect(() => tokenizerMetadata(odd, options)).toThrow(/does not support this tokenizer/);
  });
});
