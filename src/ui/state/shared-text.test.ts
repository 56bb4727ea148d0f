import { describe, expect, it } from 'vitest';
import { Drafts } from './drafts.ts';
import { receiveShared, sharedText } from './shared-text.ts';
import { memoryTexts } from './testing/fakes.ts';

const query = (parts: Record<string, string>): string => `?${new URLSearchParams(parts).toString()}`;

describe('text that another program shares', () => {
  it('is its title, text and address, each once', () => {
    expect(sharedText(query({ title: 'Grief', text: 'How long?', url: 'https://example.org/a' }))).toBe(
      'Grief\nHow long?\nhttps://example.org/a',
    );
    expect(sharedText(query({ title: 'Grief', text: 'Grief https://example.org', url: 'https://example.org' }))).toBe(
      'Grief https://example.org',
    );
    expect(sharedText(query({ title: 'Grief', text: 'Grief' }))).toBe('Grief');
    expect(sharedText(query({ text: ' I can’t sleep & I don’t know why \n' }))).toBe(
      'I can’t sleep & I don’t know why',
    );
  });

  it('is nothing for an address without any, and is bounded', () => {
    for (const search of ['', '?', '?other=1', query({ text: '  ' })]) expect(sharedText(search)).toBeNull();
    expect(sharedText(query({ text: 'x'.repeat(50_000) }))).toHaveLength(20_000);
  });

  it('joins what the person had begun to write, once', () => {
    const drafts = new Drafts(memoryTexts());
    let address = query({ text: 'From a friend' });
    const receive = () => receiveShared(address, drafts, () => (address = ''));
    drafts.write('other', 'Kept');
    receive();
    expect(drafts.read(null)).toBe('From a friend');
    receive();
    expect(drafts.read(null)).toBe('From a friend');
    address = query({ text: 'And more' });
    receive();
    expect([drafts.read(null), drafts.read('other')]).toEqual(['From a friend\n\nAnd more', 'Kept']);
  });

  it('is there although the browser stores nothing', () => {
    const drafts = new Drafts({ get: () => null, set: () => undefined });
    receiveShared(query({ text: 'From a friend' }), drafts, () => undefined);
    expect(drafts.read(null)).toBe('From a friend');
  });
});
