import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { History } from './history.svelte.ts';

/** A list that is changed by inserting and removing, with a history of that. */
function changed(steps: readonly [at: number, insert: boolean][]) {
  const history = new History();
  let list: readonly number[] = [];
  const states = [list];
  for (const [i, [at, insert]] of steps.entries()) {
    const before = list;
    const place = before.length === 0 ? 0 : at % before.length;
    const after = insert || before.length === 0 ? before.toSpliced(place, 0, i) : before.toSpliced(place, 1);
    history.do({ name: `step ${i}`, redo: () => (list = after), undo: () => (list = before) });
    states.push(list);
  }
  return { history, states, list: () => list };
}
const steps = fc.array(fc.tuple(fc.nat(9), fc.boolean()), { maxLength: 30 });

describe('the history of a notebook', () => {
  it('goes through every state backwards, then forwards', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { history, states, list } = changed(all);
        for (let i = states.length - 2; i >= 0; i--) {
          expect(history.last?.name).toBe(`step ${i}`);
          expect(history.undo()?.name).toBe(`step ${i}`);
          expect(list()).toEqual(states[i]);
        }
        expect(history.undo()).toBeUndefined();
        for (let i = 1; i < states.length; i++) {
          expect(history.redo()?.name).toBe(`step ${i - 1}`);
          expect(list()).toEqual(states[i]);
        }
        expect(history.redo()).toBeUndefined();
      }),
    );
  });

  it('forgets what was undone when something else is done', () => {
    const { history } = changed([
      [0, true],
      [0, true],
    ]);
    history.undo();
    let done = false;
    history.add({ name: 'other', undo: () => (done = false), redo: () => (done = true) });
    expect(done).toBe(false);
    expect([history.last?.name, history.next]).toEqual(['other', undefined]);
    history.clear();
    expect([history.undo(), history.redo()]).toEqual([undefined, undefined]);
  });

  it('keeps the last 200 changes', () => {
    const { history, list } = changed(Array.from({ length: 250 }, () => [0, true]));
    let undone = 0;
    while (history.undo()) undone++;
    expect([undone, list().length]).toEqual([200, 50]);
  });
});
