import { parse } from 'acorn';
import { simple } from 'acorn-walk';
import { expect, it } from 'vitest';
import { DESCRIPTIONS } from '../../src/lab/notebooks/descriptions.ts';
import { NOTEBOOK_FUNCTIONS } from '../../src/lab/notebooks/functions.ts';
import { completionsFile } from './notebook-api.ts';

it.each(Object.entries(DESCRIPTIONS))('the example of lab.%s is valid code that calls it', (name, { example }) => {
  const called: string[] = [];
  simple(parse(example, { ecmaVersion: 2024, sourceType: 'module', allowAwaitOutsideFunction: true }), {
    MemberExpression({ object, property }) {
      if (object.type === 'Identifier' && object.name === 'lab' && property.type === 'Identifier')
        called.push(property.name);
    },
  });
  expect(called).toContain(name);
  expect(called.filter((each) => !Object.hasOwn(NOTEBOOK_FUNCTIONS, each))).toEqual([]);
});

it('gives the editor a signature for each function', () => {
  const completions = JSON.parse(completionsFile()) as { name: string; signature: string; about: string }[];
  expect(completions.map(({ name }) => name)).toEqual(Object.keys(NOTEBOOK_FUNCTIONS));
  for (const { name, signature, about } of completions) {
    expect(signature.startsWith(`${name}(`)).toBe(true);
    expect(about).toMatch(/^[A-Z].*\.$/);
  }
});
