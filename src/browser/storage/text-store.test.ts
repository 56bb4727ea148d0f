import { expect, it } from 'vitest';
import { textStore } from './text-store.ts';

it('keeps and removes texts', () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
    removeItem: (key: string) => void kept.delete(key),
  };
  const texts = textStore(() => storage);
  texts.set('a', 'one');
  expect(texts.get('a')).toBe('one');
  texts.set('a', null);
  expect(texts.get('a')).toBeNull();
});

it('is empty, and does not throw, if storage is blocked or full', () => {
  const blocked = textStore(() => {
    throw new DOMException('denied', 'SecurityError');
  });
  blocked.set('a', 'one');
  blocked.set('a', null);
  expect(blocked.get('a')).toBeNull();
});
