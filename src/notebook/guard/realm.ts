import { UNKNOWN_CELL, type Budget } from './budget.ts';
import { IMPORT, TICK, withGuards } from './instrument.ts';
import { noNetwork } from './no-network.ts';

type Code = (...values: unknown[]) => unknown;

/**
 * Prepares the sandbox's global object for cells: what they make from strings is guarded like themselves, and what
 * would need a network says that there is none. Returns the `eval` that was there before, for code that is guarded
 * already.
 */
export function prepareRealm(realm: typeof globalThis, budget: Budget): (code: string) => unknown {
  const plainEval = realm.eval.bind(realm) as (code: string) => unknown;
  const fix = (object: object, name: string, value: unknown) =>
    Object.defineProperty(object, name, { value, writable: false, configurable: false, enumerable: false });
  const replace = (object: object, name: string, value: unknown) =>
    Object.defineProperty(object, name, { value, writable: true, configurable: true, enumerable: false });
  const guarded = (code: string) => plainEval(withGuards(code, UNKNOWN_CELL));

  fix(realm, TICK, budget.tick);
  fix(realm, IMPORT, (name: unknown) => Promise.reject(noNetwork(asWritten(String(name)), IMPORTED)));
  replace(realm, 'eval', (code: unknown) => (typeof code === 'string' ? guarded(code) : code));

  for (const [keyword, sample] of CONSTRUCTORS) {
    const { prototype } = (plainEval(`(${sample})`) as Code).constructor as { prototype: object };
    const original = (prototype as { constructor: Code }).constructor;
    const made = function (...parts: unknown[]): unknown {
      const texts = parts.map(String);
      // Throws where the parts are no function by themselves: only joined could they mean something else.
      original(...texts);
      const body = texts.pop() ?? '';
      return plainEval(
        withGuards(`${keyword} anonymous(${texts.join(',')}\n) {\n${body}\n}`, UNKNOWN_CELL, 'expression'),
      );
    };
    Object.defineProperty(made, 'prototype', { value: prototype });
    Object.defineProperty(made, 'name', { value: original.name });
    replace(prototype, 'constructor', made);
    if (keyword === 'function') replace(realm, 'Function', made);
  }

  for (const name of ['setTimeout', 'setInterval'] as const) {
    const original = realm[name].bind(realm) as (handler: unknown, ...rest: unknown[]) => unknown;
    replace(realm, name, (handler: unknown, ...rest: unknown[]) =>
      original(typeof handler === 'function' ? handler : () => guarded(String(handler)), ...rest),
    );
  }

  replace(realm, 'fetch', (target: unknown) => Promise.reject(noNetwork(addressOf(target))));
  for (const name of ['XMLHttpRequest', 'WebSocket', 'EventSource']) {
    replace(realm, name, function (target: unknown): never {
      throw noNetwork(addressOf(target));
    });
  }
  return plainEval;
}

const IMPORTED = 'Plot, Inputs, d3 and htl are there without an import.';

/** The four kinds of function that can be made from text, each with one to find its constructor by. */
const CONSTRUCTORS = [
  ['function', 'function () {}'],
  ['async function', 'async function () {}'],
  ['function*', 'function* () {}'],
  ['async function*', 'async function* () {}'],
] as const;

/** What a cell imports, as it was written: by then it is an address of a content network. */
const asWritten = (address: string): string =>
  address.replace(/^https:\/\/cdn\.jsdelivr\.net\/npm\/(.*?)(\/\+esm)?$/, 'npm:$1');

function addressOf(target: unknown): string | undefined {
  if (target === undefined) return undefined;
  return target instanceof Request ? target.url : String(target as string | URL);
}
