import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Budget } from './budget.ts';
import { withGuards } from './instrument.ts';
import { prepareRealm } from './realm.ts';

/** A separate global object whose clock advances 1 ms per reading, and that stops code after 200 readings. */
function realm() {
  let clock = 0;
  const turns: (() => void)[] = [];
  const budget = new Budget({ now: () => clock++, afterTurn: (callback) => turns.push(callback), limit: 200 });
  const global = runInContext(
    'globalThis',
    createContext({ setTimeout: (handler: () => void) => handler(), setInterval: () => 0, Request }),
  ) as typeof globalThis;
  const evaluate = prepareRealm(global, budget);
  return {
    global,
    budget,
    /** Runs a cell's program as the notebook does. */
    run: (source: string, cell = 1): unknown => evaluate(withGuards(source, cell)),
    /** Lets the event loop turn. */
    turn: () => turns.splice(0).forEach((callback) => callback()),
  };
}

/** The guard's name, escaped so that a text search does not find it, and redefined. */
const HIDDEN = [
  '{ const solace\\u0024tick = () => {}; for (;;); }',
  '((solace\\u{24}tick) => { for (;;); })(() => {})',
  'function solace\\u0024tick() {} for (;;);',
  'new Function("solace\\\\u0024tick", "for (;;);")(() => {})',
  'try { throw () => {} } catch (solace\\u0024tick) { for (;;); }',
  'with ({ ["solace" + "$tick"]() {} }) for (;;);',
  'new Function("o", "with (o) for (;;);")({ ["solace" + "$tick"]() {} })',
];

const STOPPED = expect.objectContaining({ code: 'cancelled' });

/** What `run` throws; a value if it does not throw. */
function caught(run: () => unknown): unknown {
  try {
    return { returned: run() };
  } catch (error) {
    return error;
  }
}

describe('a guarded cell', () => {
  it.each([
    'while (true) {}',
    'while (true);',
    'for (;;) {}',
    'for (;;);',
    'do {} while (true)',
    'do ; while (true)',
    'outer: for (;;) inner: for (;;) continue outer;',
    'outer: while (1) { for (const x of [1]) { continue outer } }',
    'if (1) while (1); else 2',
    'for (const k in {a: 1}) for (;;);',
    'const it = {[Symbol.iterator]: () => ({next: () => ({done: false})})}; for (const x of it);',
    'const it = {[Symbol.iterator]: () => ({next: () => ({done: false})})}; let n = 0; for (const x of it) if (x) ' +
      'n++; else continue;',
    '({[Symbol.iterator]() { return {next() { return {done: false} }} }})[Symbol.iterator]; const [...all] = ' +
      '{[Symbol.iterator]() { return {next() { return {done: ++this.n > 1e9} }, n: 0} }}',
    'function* endless() { while (true) yield 1 } let sum = 0; for (const x of endless()) sum += x;',
    'function* endless() { while (true) yield 1 } Math.max(...(function* () { for (const x of endless()) if (x > ' +
      '1) yield x })())',
    'const fib = (n) => n < 2 ? n : fib(n - 1) + fib(n - 2); fib(90)',
    'function f(n) { return n < 2 ? n : f(n - 1) + f(n - 2) } f(90)',
    'class A { static { while (true); } }',
    'class A { get x() { for (;;); } } new A().x',
    'class A { constructor() { for (;;); } } new A()',
    'class A { y = (() => { for (;;); })() } new A()',
    '({ toString() { for (;;); } }) + ""',
    'new Proxy({}, { get() { for (;;); } }).x',
    '[1].map(() => { while (1); })',
    '`${(() => { while (1); })()}`',
    'for (;;) { try { for (;;) {} } catch {} }',
    'for (;;) { try { for (;;) {} } finally { continue } }',
    'for (const f = () => { try { for (;;); } catch { f() } }; ; f());',
    'eval("while (true);")',
    '(0, eval)("for (;;);")',
    'globalThis["ev" + "al"]("for (;;);")',
    'new Function("while (true);")()',
    'Function("n", "for (;;);")(1)',
    '(() => {}).constructor("for (;;);")()',
    '(function* () {}).constructor("for (;;);")().next()',
    'setTimeout("for (;;);")',
  ])('is stopped: %s', (source) => {
    expect(caught(() => realm().run(source))).toEqual(STOPPED);
  });

  it.each([
    'async function f() { while (true) await null } f()',
    'const f = () => Promise.resolve().then(f); f()',
    '(async () => { for await (const x of (async function* () { for (;;) yield 1 })()); })()',
    'new (async () => {}).constructor("for (;;);")()',
  ])('is stopped if it only awaits itself: %s', async (source) => {
    await expect(realm().run(source)).rejects.toEqual(STOPPED);
  });

  it.each<[string, unknown]>([
    ['let s = 0; for (let i = 0; i < 9; i++) s += i; s', 36],
    ['let s = 0; for (const x of [1, 2]) for (const y of [3, 4]) if (x > y) s--; else s += x * y; s', 21],
    ['let n = 0; do n++; while (n < 5)\nn', 5],
    ['((a) => (b) => a + b)(1)(2)', 3],
    ['((x) => ({ x }))(4).x', 4],
    ['((x) => (x, 5))(4)', 5],
    ['(function () { "use strict"; return this === undefined })()', true],
    ['(function () { "use strict"\n return this === undefined })()', true],
    ['(() => { lab: while (true) { while (true) break lab } return 6 })()', 6],
    ['[...(function* () { for (const x of [1, 2]) yield* [x, x] })()].length', 4],
    ['class A extends Array { constructor() { super(3) } } new A().length', 3],
    ['const o = { get a() { return 7 }, set a(v) {}, async b() {}, *c() {} }; o.a', 7],
    ['const f = (a = () => 8) => a(); f()', 8],
    ['const named = () => {}; named.name', 'named'],
    ['eval("1 + 1")', 2],
    ['eval(3)', 3],
    ['new Function("a", "b = 2", "return a * b")(4)', 8],
    ['(() => 1) instanceof Function && (() => {}).constructor === Function', true],
    ['Object.getPrototypeOf(async () => {}).constructor.name', 'AsyncFunction'],
  ])('computes the same as without guards: %s', (source, value) => {
    expect(realm().run(source)).toEqual(value);
  });

  it('may take as long as it likes if it yields to others', () => {
    const { run, turn } = realm();
    run('globalThis.n = 0; globalThis.work = () => { for (let i = 0; i < 100; i++) n++ }');
    for (let i = 0; i < 50; i++) {
      run('work()');
      turn();
    }
    expect(run('n')).toBe(5000);
  });

  it('does not stop others that run in the same turn, and may run again in the next', () => {
    const { run, turn } = realm();
    expect(run('for (let i = 0; i < 100; i++); "before"', 2)).toBe('before');
    expect(caught(() => run('for (;;);', 1))).toEqual(STOPPED);
    expect(run('for (let i = 0; i < 100; i++); "after"', 2)).toBe('after');
    expect(caught(() => run('for (let i = 0; i < 2; i++);', 1))).toEqual(STOPPED);
    turn();
    expect(run('for (let i = 0; i < 100; i++); "again"', 1)).toBe('again');
  });

  it('gets less and less time when it is stopped repeatedly, until it is run again', () => {
    const { run, turn, budget } = realm();
    const turnsOf = () => {
      caught(() => run('globalThis.n = 0; for (;;) n++', 1));
      turn();
      return run('n', 2) as number;
    };
    const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = Array.from({ length: 5 }, turnsOf);
    expect(second).toBeGreaterThan(first / 2);
    expect(third).toBeLessThan(second / 5);
    expect(fourth).toBeLessThan(third / 5);
    expect(fifth).toBe(fourth);
    budget.renew(1);
    expect(turnsOf()).toBeGreaterThan(first / 2);
  });

  it('is identified by the error that stopped it', () => {
    const { run, budget } = realm();
    expect(budget.cellOf(caught(() => run('for (;;);', 7)))).toBe(7);
    // Code from a string is attributed to the last cell seen.
    expect(budget.cellOf(caught(() => run('eval("for (;;);")', 7)))).toBe(7);
    expect(budget.cellOf(new Error('another'))).toBeUndefined();
  });

  it('can neither replace the guard nor shadow it', () => {
    const { run } = realm();
    for (const source of [
      'var solace$tick = () => {}',
      'globalThis["solace$" + "tick"] = () => {}; for (;;);',
      'Object.defineProperty(globalThis, "solace$" + "tick", {value() {}}); for (;;);',
      ...HIDDEN,
    ]) {
      expect(String(caught(() => run(source)))).toMatch(/^(LabError|TypeError): /);
    }
    expect(() => run('new Function("a = 1) { for (;;); } function b(c", "")')).toThrow(
      /^Arg string terminates|Unexpected|missing/,
    );
  });

  it('is told the name of its import as written', async () => {
    await expect(realm().run('import("https://cdn.jsdelivr.net/npm/left-pad/+esm")')).rejects.toMatchObject({
      detail: { where: 'npm:left-pad' },
    });
  });

  it.each([
    ['npm:@observablehq/plot', 'Plot'],
    ['https://cdn.jsdelivr.net/npm/d3@7/+esm', 'd3'],
    ['d3', 'd3'],
    ['npm:htl', 'htl'],
  ])('is told that it has %s without an import', async (module, name) => {
    await expect(realm().run(`import(${JSON.stringify(module)})`)).rejects.toMatchObject({
      code: 'network',
      message: expect.stringContaining(`Delete the import: every cell has ${name} without one.`),
    });
  });

  it.each([
    'import("npm:left-pad")',
    'import("https://example.com/x.js")',
    'fetch("./models")',
    'fetch(new Request("https://example.com/"))',
    'setTimeout',
  ])('is told that it has no network: %s', async (source) => {
    if (source === 'setTimeout') {
      for (const made of ['new XMLHttpRequest()', 'new WebSocket("ws://a")', 'new EventSource("b")'])
        expect(caught(() => realm().run(made))).toEqual(expect.objectContaining({ code: 'network' }));
      return;
    }
    await expect(realm().run(source)).rejects.toMatchObject({
      code: 'network',
      message: expect.stringMatching(/has no network.*Inputs\.file/),
    });
  });
});
