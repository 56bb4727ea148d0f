import { describe, expect, it } from 'vitest';
import { memoryFiles } from '../testing/memory-files.ts';
import { chooseVariant, listVariants } from './variants.ts';

const folder = (...names: string[]) => memoryFiles(new Map(names.map((name) => [`onnx/${name}`, new Blob(['12345'])])));

describe('listVariants', () => {
  it('lists what a folder has complete, with all parts of the weights in order', () => {
    const files = folder(
      'model_q4.onnx_data_1',
      'model_q4.onnx',
      'model_fp16.onnx',
      'model_q4.onnx_data',
      'other.onnx',
    );
    expect(listVariants(files)).toEqual([
      { variant: 'fp16', graph: 'onnx/model_fp16.onnx', data: [], bytes: 5 },
      {
        variant: 'q4',
        graph: 'onnx/model_q4.onnx',
        data: ['onnx/model_q4.onnx_data', 'onnx/model_q4.onnx_data_1'],
        bytes: 15,
      },
    ]);
  });

  it('names a part that is missing between others', () => {
    const files = folder('model.onnx', 'model.onnx_data', 'model.onnx_data_2');
    expect(() => listVariants(files)).toThrow(
      expect.objectContaining({
        code: 'missing-file',
        message: expect.stringContaining('onnx/model.onnx_data_1 is missing'),
      }),
    );
  });
});

describe('chooseVariant', () => {
  const every = folder('model.onnx', 'model_fp16.onnx', 'model_quantized.onnx', 'model_q4.onnx', 'model_q4f16.onnx');

  it('takes half precision only where it is fast, and rather loses precision than memory', () => {
    expect(chooseVariant(every, 'webgpu', true).variant).toBe('q4f16');
    expect(chooseVariant(every, 'webgpu', false).variant).toBe('q4');
    expect(chooseVariant(every, 'wasm', true).variant).toBe('q4');
    expect(chooseVariant(every, 'cpu', false).variant).toBe('q4');
    expect(chooseVariant(folder('model.onnx', 'model_quantized.onnx'), 'webgpu', true).variant).toBe('q8');
    expect(chooseVariant(folder('model_q4f16.onnx'), 'wasm', false).variant).toBe('q4f16');
  });

  it('says which weights a graphics device without half precision cannot run', () => {
    const halves = folder('model_fp16.onnx', 'model_q4f16.onnx');
    expect(() => chooseVariant(halves, 'webgpu', false)).toThrow(
      expect.objectContaining({
        code: 'missing-file',
        message: expect.stringMatching(/only as fp16 and q4f16, .*shader-f16/),
      }),
    );
  });

  it('names the files that a folder without weights could have', () =>
    expect(() => chooseVariant(folder('tokenizer.json'), 'webgpu', false)).toThrow(
      expect.objectContaining({
        code: 'missing-file',
        message: expect.stringMatching(/run on webgpu .*model_q4\.onnx, .*model\.onnx is needed/),
      }),
    ));
});
