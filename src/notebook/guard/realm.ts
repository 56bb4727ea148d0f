import { UNKNOWN_CELL, type Budget } from './budget.ts';
import { IMPORT, TICK, withGuards } from './instrument.ts';
import { noNetwork } from './no-network.ts';

type Code = (...values: unknown[]) => unknown;

/**
 * Prepares the sandbox's global object for cells: code that they create from strings is guarded as well, and functions
 * that need a network report that there is none. Returns the original `eval`, for code that is already guarded.
 */
export function prepareRealm(realm: typeof globalThis, budget: Budget): (code: string) => unknown {
  const plainEval = realm.eval.bind(realm) as (code: string) => unknown;
  const fix = (object: object, name: string, value: unknown) =>
    Object.defineProperty(object, name, { value, writable: false, configurable: false, enumerable: false });
  const replace = (object: object, name: string, value: unknown) =>
    Object.defineProperty(object, name, { value, writable: true, configurable: true, enumerable: false });
  const guarded = (code: string) => plainEval(withGuards(code, UNKNOWN_CELL));

  fix(realm, TICK, budget.tick);
  fix(realm, IMPORT, (name: unknown) => {
    const module = asWritten(String(name));
    return Promise.reject(noNetwork(module, insteadOf(module)));
  });
  replace(realm, 'eval', (code: unknown) => (typeof code === 'string' ? guarded(code) : code));

  for (const [keyword, sample] of CONSTRUCTORS) {
    const { prototype } = (plainEval(`(${sample})`) as Code).constructor as { prototype: object };
    const original = (prototype as { constructor: Code }).constructor;
    const made = function (...parts: unknown[]): unknown {
      const texts = parts.map(String);
      // Throws if the parts are not a function by themselves, because joined they could mean something else.
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

/** Modules that every cell has anyway, by the name that cells know them under. */
const AT_HAND: readonly [module: RegExp, name: string][] = [
  [/^@observablehq\/plot\b/, 'Plot'],
  [/^@observablehq\/inputs\b/, 'Inputs'],
  [/^d3\b/, 'd3'],
  [/^htl\b/, 'htl'],
];

/** What to do instead of importing a module. */
function insteadOf(module: string): string {
  const plain = module.replace(/^(npm|observable|jsr):/, '');
  const known = AT_HAND.find(([pattern]) => pattern.test(plain))?.[1];
  if (known) return `Delete the import: every cell has ${known} without one.`;
  return (
    'Plot, Inputs, d3 and htl are available without an import. Of another module, copy the function that you need ' +
    'into a cell. For data, use Inputs.file: drop the file on it.'
  );
}

/** The four kinds of function that can be created from text, each with an example to get its constructor from. */
const CONSTRUCTORS = [
  ['function', 'function () {}'],
  ['async function', 'async function () {}'],
  ['function*', 'function* () {}'],
  ['async function*', 'async function* () {}'],
] as const;

/** The module that a cell imports, as written; at this point it is an address of a content network. */
const asWritten = (address: string): string =>
  address.replace(/^https:\/\/cdn\.jsdelivr\.net\/npm\/(.*?)(\/\+esm)?$/, 'npm:$1');

function addressOf(target: unknown): string | undefined {
  if (target === undefined) return undefined;
  if (target instanceof Request) return target.url;
  const address = target as string | URL;
  return String(address);
}
