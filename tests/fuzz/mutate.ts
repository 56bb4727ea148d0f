import type { Random } from '../../src/core/random/random.ts';

/** Files of one input by path. */
export type Files = ReadonlyMap<string, Uint8Array>;

const WHOLE_NUMBERS = [0, 1, 127, 128, 255];
/** Numbers that break careless arithmetic: signs, limits of types, sizes beyond memory. */
const NUMBERS = [
  '-1',
  '0',
  '1e999',
  '-0',
  '9007199254740993',
  '4294967296',
  '18446744073709551616',
  '0.5',
  '1e-400',
  'NaN',
];
const JSON_VALUES = [
  'null',
  'true',
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '[]',
  '{}',
  '[[[[[[[[]]]]]]]]',
  '{"__proto__": {"x": 1}}',
  '"../../etc/passwd"',
];
const KEYS = ['__proto__', 'constructor', 'toString', '', 'length'];

type Edit = (bytes: Uint8Array, random: Random) => Uint8Array;

const whole = (random: Random, below: number): number => Math.floor(random() * below);
const pick = <Item>(random: Random, items: readonly Item[]): Item => items[whole(random, items.length)] as Item;
const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** Damage for any file. */
const BINARY: readonly Edit[] = [
  (bytes, random) => {
    const copy = bytes.slice();
    for (let n = 1 + whole(random, 8); n > 0 && copy.length > 0; n--)
      copy[whole(random, copy.length)] = random() < 0.5 ? whole(random, 256) : pick(random, WHOLE_NUMBERS);
    return copy;
  },
  (bytes, random) => {
    const copy = bytes.slice();
    const at = whole(random, copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << whole(random, 8));
    return copy;
  },
  (bytes, random) => bytes.slice(0, whole(random, bytes.length + 1)),
  (bytes, random) => joined(bytes, bytes.slice(0, whole(random, Math.min(bytes.length, 4096)))),
  (bytes, random) => {
    const [from, length, to] = [whole(random, bytes.length), 1 + whole(random, 64), whole(random, bytes.length)];
    return joined(bytes.subarray(0, to), bytes.subarray(from, from + length), bytes.subarray(to));
  },
  (bytes, random) => {
    const at = whole(random, bytes.length);
    return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + whole(random, 64)));
  },
  // A length, count or offset of 32 or 64 bits.
  (bytes, random) => {
    const copy = bytes.slice();
    const wide = random() < 0.5;
    if (copy.length < 8) return copy;
    const view = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
    const at = whole(random, Math.min(copy.length - 8, 2048) + 1);
    if (wide)
      view.setBigUint64(at, pick(random, [0n, 1n, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n, 1n << 40n]), true);
    else view.setUint32(at, pick(random, [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 1 << 24]), true);
    return copy;
  },
];

/** Damage that leaves a text readable, so that it gets past a parser's first checks. */
const TEXT: readonly Edit[] = [
  replaced(/-?\d+(?:\.\d+)?/g, (random) => pick(random, NUMBERS)),
  replaced(/(?<=[:,[]\s*)(?:"[^"\n]{0,200}"|\d+|true|false|null)/g, (random) => pick(random, JSON_VALUES)),
  replaced(/"[^"\n]{1,80}"(?=\s*:)/g, (random) => JSON.stringify(pick(random, KEYS))),
  replaced(/[{}[\],:"<>]/g, (random) => pick(random, ['', '{', '}', '[', ']', ',', ':', '"', '<', '>', '\\'])),
  replaced(/[^\n]*\n/g, () => ''),
  replaced(/[a-z]{3,}/gi, (random) =>
    pick(random, ['\u0000', '\ufeff', '\u202e', '😀', '\\', "'", 'x'.repeat(3000), ' '.repeat(3000)]),
  ),
];

/** Replaces one randomly drawn match. */
function replaced(pattern: RegExp, replacement: (random: Random) => string): Edit {
  return (bytes, random) => {
    const text = new TextDecoder().decode(bytes);
    const found = [...text.matchAll(pattern)];
    if (found.length === 0) return bytes;
    const match = pick(random, found);
    const at = match.index;
    return new TextEncoder().encode(text.slice(0, at) + replacement(random) + text.slice(at + match[0].length));
  };
}

const TEXT_FILE = /\.(json|jsonl|txt|csv|html|jinja)$/;

/** A copy of the files with one to three of them damaged, or one missing. */
export function mutate(files: Files, random: Random): Files {
  const copy = new Map(files);
  if (copy.size > 1 && random() < 0.03) {
    copy.delete(pick(random, [...copy.keys()]));
    return copy;
  }
  for (let n = 1 + whole(random, 3); n > 0; n--) {
    const path = pick(random, [...copy.keys()]);
    const bytes = copy.get(path) ?? new Uint8Array();
    const edits = TEXT_FILE.test(path) && random() < 0.7 ? TEXT : BINARY;
    copy.set(path, bytes.length > 0 ? pick(random, edits)(bytes, random) : bytes);
  }
  return copy;
}
