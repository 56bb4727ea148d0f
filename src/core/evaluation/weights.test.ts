import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { checkWeights, filesHash } from './weights.ts';

const [A, B] = ['a'.repeat(64), 'b'.repeat(64)];

it('hashes what sha256sum prints, whatever the order of the files', () => {
  const files = [
    { path: 'onnx/two', sha256: B },
    { path: 'onnx/one', sha256: A },
  ];
  const printed = `${A}  onnx/one\n${B}  onnx/two\n`;
  expect(filesHash(files)).toBe(createHash('sha256').update(printed).digest('hex'));
  expect(filesHash([...files].reverse())).toBe(filesHash(files));
});

it('refuses another base, another adapter, and a base alone for an adapter; plans without hashes accept any', () => {
  expect(() => checkWeights('M', undefined, undefined)).not.toThrow();
  expect(() => checkWeights('M', { base: A }, { base: A })).not.toThrow();
  expect(() => checkWeights('M', { base: A, adapter: B }, { base: A, adapter: B })).not.toThrow();
  expect(() => checkWeights('M', { base: A }, { base: B })).toThrow(/SHA-256 of its base differs/);
  expect(() => checkWeights('M', { base: A, adapter: B }, { base: A, adapter: A })).toThrow(/its adapter differs/);
  expect(() => checkWeights('M', { base: A, adapter: B }, { base: A })).toThrow(/its adapter differs/);
  expect(() => checkWeights('M', { base: A }, undefined)).toThrow(/base differs/);
});
