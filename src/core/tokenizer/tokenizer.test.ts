import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteTokenizerFiles } from '../engine/testing/byte-tokenizer.ts';
import { createChatTokenizer } from './chat-tokenizer.ts';
import { StreamDetokenizer } from './detokenizer.ts';

const files = byteTokenizerFiles();
const tokenizer = createChatTokenizer(files.tokenizer, files.config, 'tiny');

describe('StreamDetokenizer', () => {
  it('emits only whole characters, and all of the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const stream = new StreamDetokenizer((ids) => tokenizer.decode(ids));
        const pieces = tokenizer.encode(text).map((id) => stream.push(id));
        pieces.push(stream.end());
        const whole = tokenizer.decode(tokenizer.encode(text));
        expect(pieces.join('')).toBe(whole);
        if (!text.includes('\ufffd')) for (const piece of pieces) expect(piece).not.toContain('\ufffd');
        for (const piece of pieces) expect(() => encodeURIComponent(piece)).not.toThrow();
      }),
    );
  });

  it('holds back a four-byte character until its last byte, and flushes it at the end', () => {
    const stream = new StreamDetokenizer((ids) => tokenizer.decode(ids));
    const ids = tokenizer.encode('🫂');
    expect(ids).toHaveLength(4);
    expect(ids.map((id) => stream.push(id))).toEqual(['', '', '', '🫂']);
    const cut = new StreamDetokenizer((part) => tokenizer.decode(part));
    expect(ids.slice(0, 2).map((id) => cut.push(id))).toEqual(['', '']);
    expect(cut.end()).toMatch(/^\ufffd+$/);
  });
});

describe('createChatTokenizer', () => {
  it('renders the template and recognises special tokens in text', () => {
    const prompt = tokenizer.renderPrompt([{ role: 'user', content: 'Hi' }]);
    expect(prompt).toBe('<s>user\nHi</s>\n<s>assistant\n');
    expect(tokenizer.encode('<s>Hi</s>')).toEqual([256, 72, 105, 257]);
    expect(tokenizer.decode([256, 72, 105, 257])).toBe('Hi');
    expect(tokenizer.tokenText(257)).toBe('</s>');
    expect(tokenizer.encode('')).toEqual([]);
  });

  it.each([
    ['no template', files.tokenizer, { ...files.config, chat_template: undefined }, 'bad-config'],
    [
      'a template that refuses',
      files.tokenizer,
      { ...files.config, chat_template: "{{ raise_exception('no system') }}" },
      'bad-data',
    ],
    ['a broken template', files.tokenizer, { ...files.config, chat_template: '{% for %}' }, 'bad-config'],
    ['a broken tokenizer', { model: { type: 'Nonsense' } }, files.config, 'bad-file'],
    ['a broken configuration', files.tokenizer, { chat_template: 3 }, 'bad-config'],
  ])('gives a LabError for %s', (_, tokenizerJson, config, code) => {
    expect(() =>
      createChatTokenizer(tokenizerJson, config, 'tiny').renderPrompt([{ role: 'system', content: 'x' }]),
    ).toThrow(expect.objectContaining({ code }));
  });
});
