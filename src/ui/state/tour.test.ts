import { expect, it } from 'vitest';
import { LabError } from '../../core/error.ts';
import { Examples } from './examples.svelte.ts';
import { memoryTexts } from './testing/fakes.ts';
import { Tour } from './tour.svelte.ts';

it('the tour can be left and resumed, and begins again after its end', () => {
  const texts = memoryTexts();
  const tour = new Tour(texts);
  expect([tour.begun, tour.stopIn(null)]).toEqual([false, 1]);
  tour.visit(2);
  const later = new Tour(texts);
  expect([later.begun, later.stop, later.stopIn(null)]).toEqual([true, 2, 2]);
  later.finish();
  expect([later.begun, later.done, later.stopIn(null)]).toEqual([false, true, 1]);
});

it.each([
  ['3', 3],
  ['4', 1],
  ['0', 1],
  ['two', 1],
  ['1.5', 1],
])('the address %s leads to stop %i', (param, stop) => {
  expect(new Tour(memoryTexts()).stopIn(param)).toBe(stop);
});

it('examples are read once, and again after a failure', async () => {
  let reads = 0;
  const examples = new Examples(() => {
    reads++;
    if (reads === 1) return Promise.reject(new LabError({ code: 'network', what: 'No connection' }));
    return Promise.resolve([{ title: 'One' }] as never);
  });
  await examples.open();
  expect([examples.list.length, examples.error?.code]).toEqual([0, 'network']);
  await examples.open();
  await examples.open();
  expect([examples.list.length, examples.error, reads]).toEqual([1, null, 2]);
});
