import { afterEach, describe, expect, it, vi } from 'vitest';
import { uniqueId } from '../core/unique-id.ts';

const VERSION_4 = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

describe('uniqueId', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('is a random UUID, with and without the browser’s own', () => {
    expect(uniqueId()).toMatch(VERSION_4);
    const { getRandomValues } = crypto;
    vi.stubGlobal('crypto', { getRandomValues: getRandomValues.bind(crypto) });
    const ids = Array.from({ length: 200 }, uniqueId);
    for (const id of ids) expect(id).toMatch(VERSION_4);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
