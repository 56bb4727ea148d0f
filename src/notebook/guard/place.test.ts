import { createContext, runInContext } from 'node:vm';
import { toCell, transpile } from '@observablehq/notebook-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guarded, IMPORT, TICK } from './instrument.ts';
import { cellFrames, codeName, firstUse, sourcePosition, syntaxPosition, unresolvedName, type Place } from './place.ts';

type Mode = 'js' | 'md' | 'html' | 'ojs';

const compile = (value: string, mode: Mode = 'js') => transpile(toCell({ id: 4, mode, value }));

/** Runs a cell as the notebook does and returns where it failed. */
async function failurePlace(source: string, mode: Mode = 'js', given: Record<string, unknown> = {}) {
  const { body, inputs = [] } = compile(source, mode);
  const { code, sourceOffset } = guarded(body, 4, 'expression');
  const context = createContext({ ...given, [TICK]: () => undefined, [IMPORT]: () => undefined });
  try {
    const evaluate = runInContext('eval', context) as typeof eval;
    const cell = evaluate(`${code}\n//# sourceURL=${codeName(4)}`) as (...inputs: unknown[]) => unknown;
    await cell(...inputs.map((name) => given[name]));
  } catch (error) {
    const [frame] = cellFrames((error as Error).stack);
    return frame && sourcePosition({ source, body, code, bodyOffset: sourceOffset }, frame);
  }
  throw new Error('It did not fail.');
}

describe('the place of an error', () => {
  const boom = () => {
    throw new Error('boom');
  };

  it.each<[string, Mode, number, number]>([
    ['boom()', 'js', 1, 1],
    ['  boom()', 'js', 1, 3],
    ['\nconst a = 1;\nconst b = boom();', 'js', 3, 11],
    ['const f = () => { for (const x of [1]) { boom(); } };\nf();', 'js', 1, 42],
    ['const f = (x) => boom(x);\n\nf(1);', 'js', 1, 18],
    ['await null;\nfor (;;) boom();', 'js', 2, 10],
    ['[1].map((x) => x).map((y) => boom(y))', 'js', 1, 30],
    ['# Title\n\nText ${boom()} and `code`.', 'md', 3, 8],
    ['A ${1} and ${boom()}', 'md', 1, 14],
    ['<p>\n  ${boom()}\n</p>', 'html', 2, 5],
    ['answer = {\n  return boom();\n}', 'ojs', 2, 10],
  ])('%j (%s) is line %i, column %i', async (source, mode, line, column) => {
    const given = { boom, md: String.raw, htl: { html: String.raw } };
    expect(await failurePlace(source, mode, given)).toEqual({ line, column });
  });

  it('is found behind any code that gets guards', async () => {
    const statement = fc.constantFrom(
      'for (const x of [1, 2]) { x + 1; }',
      'while (false) 1;',
      'const f = (a, b) => a * b; f(1, 2);',
      'function g() { "use strict"; return () => 1 }',
      'class A { get x() { return 1 } }',
      '',
    );
    const lines = fc.array(statement, { maxLength: 4 }).map((all) => all.map((each) => `{ ${each} }`));
    await fc.assert(
      fc.asyncProperty(lines, lines, fc.boolean(), async (above, before, first) => {
        const start = [...above.flatMap((each) => [each, '']), before.join(' ')].join('\n');
        const source = `${first ? '\n' : ''}${start} boom();\n${above.join('\n')}`;
        const whole = `${first ? '\n' : ''}${start} `.split('\n');
        expect(await failurePlace(source, 'js', { boom })).toEqual({
          line: whole.length,
          column: (whole.at(-1)?.length ?? 0) + 1,
        });
      }),
      { numRuns: 60 },
    );
  });

  it('is never outside of the text', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), (line, column) => {
        const source = 'const a = 1;\nfor (;;) { a; }';
        const { body } = compile(source);
        const { code, sourceOffset } = guarded(body, 4, 'expression');
        const at = sourcePosition(
          { source, body, code, bodyOffset: sourceOffset },
          { line: line + 1, column: column + 1 },
        );
        if (!at) return;
        const text = source.split('\n')[at.line - 1];
        expect(text).toBeDefined();
        expect(at.column).toBeGreaterThan(0);
        expect(at.column).toBeLessThanOrEqual((text?.length ?? 0) + 1);
      }),
    );
  });

  it('is read from the stack of any engine, innermost first', () => {
    const places: Place[] = [
      { cell: 3, line: 2, column: 9 },
      { cell: 12, line: 1, column: 4 },
    ];
    const chrome = 'Error: x\n    at f (cell-3.js:2:9)\n    at g (notebook-frame.html:7:1)\n    at cell-12.js:1:4';
    const firefox = 'f@cell-3.js:2:9\ng@about:srcdoc:7:1\n@cell-12.js:1:4';
    expect(cellFrames(chrome)).toEqual(places);
    expect(cellFrames(firefox)).toEqual(places);
    expect(cellFrames(undefined)).toEqual([]);
  });

  it('is what the parser says of an error of syntax', () => {
    let caught: unknown;
    try {
      compile('const a = 1;\nconst half = ;');
    } catch (error) {
      caught = error;
    }
    expect(syntaxPosition(caught as SyntaxError)).toEqual({ message: 'Unexpected token', line: 2, column: 14 });
    expect(syntaxPosition(new SyntaxError('no place'))).toBeUndefined();
  });

  it('is the first use of a name that another cell fails to give, or nobody has', () => {
    const runtimeError = (message: string, input?: string) =>
      Object.assign(new Error(message), { name: 'RuntimeError', ...(input !== undefined && { input }) });
    expect(unresolvedName(runtimeError('count is not defined', 'count'))).toBe('count');
    expect(unresolvedName(runtimeError('boom', 'total'))).toBe('total');
    expect(unresolvedName(runtimeError('count is defined more than once'))).toBe('count');
    expect(unresolvedName(runtimeError('circular definition'))).toBeUndefined();
    expect(unresolvedName(new TypeError('count is not defined'))).toBeUndefined();
    expect(firstUse('// count\n"count";\na.count;\nb?.count;\n  f(count, count)', 'count')).toEqual({
      line: 5,
      column: 5,
    });
    expect(firstUse('f(1)', 'count')).toBeUndefined();
    expect(firstUse('It’s ${count', 'count')).toBeUndefined();
  });
});
