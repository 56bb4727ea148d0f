import { describe, expect, it } from 'vitest';
import { parseConfig } from './config.ts';

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
  // As MistralConfig and Qwen2Config of Transformers 5 take it.
  const none = { layers: [], windows: [] };
  it.each([
    ['the default of Mistral', { model_type: 'mistral' }, { layers: [0, 29], windows: [4096] }],
    ['none where Mistral says null', { model_type: 'mistral', sliding_window: null }, none],
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
      'none where Qwen2 says null',
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
