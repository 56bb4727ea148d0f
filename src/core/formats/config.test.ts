import { describe, expect, it } from 'vitest';
import { parseConfig, parseShape } from './config.ts';

const SHAPE = {
  hidden_size: 8,
  intermediate_size: 8,
  num_hidden_layers: 30,
  num_attention_heads: 2,
  vocab_size: 10,
  rms_norm_eps: 1e-5,
  max_position_embeddings: 8192,
};

/** Layers from the first to the last windowed one, and the windows that occur. */
function windowed(config: Record<string, unknown>): { layers: number[]; windows: number[] } {
  const { windows } = parseConfig({ ...SHAPE, ...config });
  const layers = windows.flatMap((window, layer) => (window === null ? [] : [layer]));
  return {
    layers: layers.length > 0 ? [layers[0] ?? -1, layers.at(-1) ?? -1] : [],
    windows: [...new Set(windows.filter((window) => window !== null))],
  };
}

describe('a sliding window', () => {
  // As MistralConfig and Qwen2Config of Transformers 5 interpret it.
  const none = { layers: [], windows: [] };
  it.each([
    ['the default of Mistral', { model_type: 'mistral' }, { layers: [0, 29], windows: [4096] }],
    ['none if Mistral says null', { model_type: 'mistral', sliding_window: null }, none],
    [
      'of every layer of Mistral',
      { model_type: 'mistral', sliding_window: 7, layer_types: Array.from({ length: 30 }, () => 'full_attention') },
      { layers: [0, 29], windows: [7] },
    ],
    ['none in Llama', { model_type: 'llama', sliding_window: 7 }, none],
    ['none in Qwen2 unless asked for', { model_type: 'qwen2', sliding_window: 7 }, none],
    [
      'none in Qwen2 unless asked for, whatever its layers are called',
      { model_type: 'qwen2', sliding_window: 7, layer_types: Array.from({ length: 30 }, () => 'sliding_attention') },
      none,
    ],
    ['the defaults of Qwen2', { model_type: 'qwen2', use_sliding_window: true }, { layers: [28, 29], windows: [4096] }],
    [
      'none if Qwen2 says null',
      { model_type: 'qwen2', use_sliding_window: true, sliding_window: null, max_window_layers: 0 },
      none,
    ],
    [
      'from a layer of Qwen2 on',
      { model_type: 'qwen2', use_sliding_window: true, sliding_window: 7, max_window_layers: 10 },
      { layers: [10, 29], windows: [7] },
    ],
  ])('is %s', (_, config, expected) => {
    expect(windowed(config)).toEqual(expected);
  });
});

describe('parseShape', () => {
  it('reads the sizes of any architecture as parseConfig reads those of a Llama', () => {
    const sizes = parseShape({ ...SHAPE, model_type: 'gemma3_text', num_key_value_heads: 1 });
    expect(sizes).toEqual({
      hiddenSize: 8,
      layers: 30,
      heads: 2,
      kvHeads: 1,
      headDim: 4,
      vocabSize: 10,
      contextLength: 8192,
    });
    expect(parseConfig({ ...SHAPE, model_type: 'llama', num_key_value_heads: 1 })).toMatchObject(sizes);
  });

  it('assumes no context window', () => {
    const without = { ...SHAPE, max_position_embeddings: undefined };
    for (const read of [parseShape, parseConfig])
      expect(() => read({ ...without, model_type: 'llama' }, 'mine/config.json')).toThrow(
        /mine\/config\.json: .*max_position_embeddings/s,
      );
  });

  it.each([
    ['the width is no multiple of the heads', { num_attention_heads: 3 }, /hidden_size 8 .*num_attention_heads 3/],
    ['heads cannot share keys evenly', { num_attention_heads: 4, num_key_value_heads: 3 }, /num_key_value_heads 3/],
  ])('refuses sizes where %s', (_, changes, message) => {
    for (const read of [parseShape, parseConfig])
      expect(() => read({ ...SHAPE, ...changes, model_type: 'llama' })).toThrow(message);
  });
});
