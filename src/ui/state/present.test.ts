import { expect, it } from 'vitest';
import { parseRoute } from '../routes.ts';
import { Present, SIZES, STEPS } from './present.svelte.ts';

function setUp(hash = '#/chat') {
  const root = { dataset: {} as DOMStringMap, style: { fontSize: '' } };
  const address = { get: () => hash, go: (to: string) => void (hash = to) };
  return { present: new Present(root, address), root, at: () => hash };
}

it('presenting enlarges the type within its limits, and leaving restores the page', () => {
  const { present, root } = setUp();
  present.start();
  expect([root.style.fontSize, 'presenting' in root.dataset]).toEqual(['150%', true]);
  for (const key of ['+', '+', '+']) expect(present.press(key)).toBe(true);
  expect(root.style.fontSize).toBe(`${SIZES.at(-1)}%`);
  for (const key of ['-', '-', '-', '-']) present.press(key);
  expect(root.style.fontSize).toBe(`${SIZES[0]}%`);
  present.press('Escape');
  expect([root.style.fontSize, 'presenting' in root.dataset, present.on]).toEqual(['', false, false]);
});

it('arrow keys lead through the steps and stop at the ends', () => {
  const { present, at } = setUp();
  present.start();
  const walked = STEPS.map(() => (present.press('ArrowRight'), at()));
  expect(walked).toEqual([...STEPS]);
  present.press('PageDown');
  expect(at()).toBe(STEPS.at(-1));
  present.press('ArrowLeft');
  expect(present.stepAt(at())).toBe(STEPS.length - 1);
  for (let i = 0; i < STEPS.length; i++) present.press('PageUp');
  expect(at()).toBe(STEPS[0]);
});

it('keys mean nothing while nobody presents, and others never do', () => {
  const { present, at } = setUp();
  expect([present.press('ArrowRight'), present.press('Escape'), at()]).toEqual([false, false, '#/chat']);
  present.start();
  expect(present.press('a')).toBe(false);
});

it('each step is an address of the lab', () => {
  for (const step of STEPS) expect(step).toContain(parseRoute(step).view.id);
});
