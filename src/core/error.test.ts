import { describe, expect, it } from 'vitest';
import { LabError } from './error.ts';
import { fromWire, toWire } from '../rpc/protocol.ts';

const BROKEN = { code: 'io', where: 'a.json', todo: 'Check its path' } as const;

describe('LabError', () => {
  it.each([
    ['The file cannot be read', 'The file cannot be read.'],
    ['The file cannot be read.', 'The file cannot be read.'],
    ['What is "this"?', 'What is "this"?'],
    ['The server said "no."', 'The server said "no."'],
    ['It is cut short…', 'It is cut short…'],
    ['It names a file (a.bin)', 'It names a file (a.bin).'],
  ])('ends %j with one full stop', (what, sentence) => {
    const error = new LabError({ ...BROKEN, what });
    expect(error.detail.what).toBe(sentence);
    expect(error.message).toBe(`a.json: ${sentence} Check its path.`);
  });

  it.each(['The file cannot be read', 'The file cannot be read.'])('puts a cause into the sentence %j', (what) => {
    for (const cause of [new Error('ENOENT'), new Error('ENOENT.'), 'ENOENT']) {
      expect(LabError.from(cause, { ...BROKEN, what }).message).toBe(
        'a.json: The file cannot be read (ENOENT). Check its path.',
      );
    }
  });

  it('keeps its status and the wait across a worker', () => {
    const error = fromWire(
      toWire(new LabError({ code: 'endpoint', what: 'Too many.', status: 429, retryAfter: 2000 })),
    );
    expect(error).toMatchObject({ code: 'endpoint', status: 429, retryAfter: 2000 });
  });
});
