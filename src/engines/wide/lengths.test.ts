import { expect, it } from 'vitest';
import { tinyCheckpoint } from '../../core/engine/testing/tiny-model.ts';
import { planDecoder } from '../../core/formats/export/plan.ts';
import { decodeModel, encodeModel } from '../../core/formats/onnx/index.ts';
import { LENGTH_INPUTS, withLengthInputs } from './lengths.ts';

const graphs = async () => {
  const { model } = await planDecoder(tinyCheckpoint(), 'fp32', {});
  for (const { external } of model.graph.initializers) if (external) external.location = 'weights';
  return { before: model.graph, after: decodeModel(withLengthInputs(encodeModel(model))).graph };
};

it('takes lengths instead of a mask, and computes nothing from it', async () => {
  const { before, after } = await graphs();
  const names = (list: { name: string }[]) => new Set(list.map(({ name }) => name));
  const wanted = names(before.inputs);
  wanted.delete('attention_mask');
  for (const name of LENGTH_INPUTS) wanted.add(name);
  expect(names(after.inputs)).toEqual(wanted);
  expect(after.inputs.filter(({ type }) => type === 'int32').map(({ dims }) => dims)).toEqual([[1], []]);
  expect(before.nodes.some(({ op }) => op === 'Cast')).toBe(true);
  expect(after.nodes.some(({ op }) => op === 'Cast')).toBe(false);
});

it('leaves no node without what it reads, and keeps all outputs', async () => {
  const { before, after } = await graphs();
  const known = new Set(['', ...[...after.inputs, ...after.initializers].map(({ name }) => name)]);
  for (const { inputs, outputs } of after.nodes) {
    expect(inputs.filter((name) => !known.has(name))).toEqual([]);
    for (const name of outputs) known.add(name);
  }
  expect(after.outputs).toEqual(before.outputs);
  expect(after.outputs.filter(({ name }) => !known.has(name))).toEqual([]);
});
