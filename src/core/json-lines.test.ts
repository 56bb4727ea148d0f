import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseJsonLines } from './json-lines.ts';

const parse = (text: string) =>
  parseJsonLines(text, z.object({ n: z.number() }), {
    code: 'bad-data',
    where: 'run.jsonl',
    what: 'It is no number.',
    todo: 'Correct the line.',
  });

describe('parseJsonLines', () => {
  it('reads whole lines, also a last one without its end', () => {
    expect(parse('')).toEqual([]);
    expect(parse('{"n":1}\r\n\n{"n":2}\n')).toEqual([{ n: 1 }, { n: 2 }]);
    expect(parse('{"n":1}\n{"n":2}')).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('leaves out a last line that was torn', () => {
    expect(parse('{"n":1}\n{"n":')).toEqual([{ n: 1 }]);
    expect(parse('{"n":1}\n2')).toEqual([{ n: 1 }]);
  });

  it.each([
    ['that is no JSON', '{"n":1}\n\n{"n"\n{"n":2}'],
    ['of another shape', '{"n":1}\n\n{"n":"2"}\n'],
  ])('names a line %s', (_, text) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({
        code: 'bad-data',
        message: expect.stringMatching(/^run\.jsonl line 3: It is no number \([^]+\)\. Correct the line\.$/) as string,
      }),
    );
  });
});
