import { expect, it } from 'vitest';
import { tinyCheckpoint } from '../../engine/testing/tiny-model.ts';
import { LENGTH_INPUTS } from './ends.ts';
import { planDecoder } from './plan.ts';

it('takes lengths instead of a mask, and computes nothing from one', async () => {
  const [masked, given] = await Promise.all(
    [false, true].map(async (givenLengths) => {
      const { model } = await planDecoder(tinyCheckpoint(), 'fp32', { givenLengths });
      return model.graph;
    }),
  );
  if (!masked || !given) throw new Error('There is no graph.');
  const names = (list: { name: string }[]) => list.map(({ name }) => name);
  const others = names(masked.inputs).filter((name) => name !== 'attention_mask');
  expect(names(given.inputs).sort()).toEqual([...others, ...LENGTH_INPUTS].sort());
  expect(given.inputs.filter(({ type }) => type === 'int32').map(({ dims }) => dims?.length)).toEqual([1, 0]);
  expect([masked, given].map(({ nodes }) => nodes.some(({ op }) => op === 'Cast'))).toEqual([true, false]);
  const known = new Set(['', ...names(given.inputs), ...names(given.initializers)]);
  for (const { inputs, outputs } of given.nodes) {
    expect(inputs.filter((name) => !known.has(name))).toEqual([]);
    for (const name of outputs) known.add(name);
  }
  expect(given.outputs).toEqual(masked.outputs);
});
