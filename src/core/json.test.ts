import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkJson, firstFault, parseJson, tryParseJson } from './json.ts';

const schema = z.object({ dialog: z.array(z.object({ text: z.string() })) });

describe('tryParseJson', () => {
  it('gives the value, or undefined', () => {
    expect(tryParseJson('{"a":[1]}')).toEqual({ a: [1] });
    expect(tryParseJson('null')).toBeNull();
    expect(['', '{', '['.repeat(200_000), undefined].map((text) => tryParseJson(text ?? 'x'))).toEqual(
      Array.from({ length: 4 }),
    );
  });
});

describe('parseJson', () => {
  it('names the file, what is wrong there and what to do', () => {
    expect(() => parseJson('{"a": x}', 'a.json')).toThrow(
      /^a\.json: It is not valid JSON \(.*\)\. Check that the file is complete\.$/,
    );
    expect(() => parseJson('', 'a.json', { code: 'bad-data', what: 'It is no plan', todo: 'Choose one.' })).toThrow(
      expect.objectContaining({
        code: 'bad-data',
        message: expect.stringMatching(/^a\.json: It is no plan \(.*\)\. Choose one\.$/) as string,
      }),
    );
  });
});

describe('checkJson', () => {
  it('gives what the schema makes of the value', () => {
    expect(checkJson(schema, { dialog: [], other: 1 }, 'a.json')).toEqual({ dialog: [] });
  });

  it('names the file and the first field at fault', () => {
    expect(() => checkJson(schema, { dialog: [{ text: 'a' }, { text: 1 }] }, 'a.json')).toThrow(
      expect.objectContaining({
        code: 'bad-config',
        message: expect.stringMatching(/^a\.json: dialog\[1\]\.text: .*expected string/) as string,
      }),
    );
    expect(() => checkJson(schema, 1, 'a.json')).toThrow(/^a\.json: The file: .*expected object/);
    expect(() => checkJson(schema, {}, 'a.json', { code: 'bad-file', what: 'It is no export', todo: 'Stop.' })).toThrow(
      expect.objectContaining({
        code: 'bad-file',
        message: expect.stringMatching(/^a\.json: It is no export \(dialog: .*\)\. Stop\.$/) as string,
      }),
    );
  });
});

describe('firstFault', () => {
  it('is the message alone for a fault of the whole value', () => {
    const { error } = schema.safeParse(1);
    expect(firstFault(error ?? new z.ZodError([]))).toMatch(/^Invalid input: expected object/);
    expect(firstFault(new z.ZodError([]))).toBe('It is not as expected');
  });
});
