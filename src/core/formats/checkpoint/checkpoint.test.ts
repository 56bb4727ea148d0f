import { describe, expect, it } from 'vitest';
import { parseConfig } from '../config.ts';
import { checkTensors, expectedTensors, type TensorInfo } from './checkpoint.ts';

const SHAPE = {
  hidden_size: 8,
  intermediate_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  vocab_size: 10,
  rms_norm_eps: 1e-5,
  max_position_embeddings: 64,
};

/** Compares a configuration with the tensors that it requires and some biases of the first layer. */
function check(settings: Record<string, unknown>, ...biases: string[]): void {
  const config = parseConfig({ ...SHAPE, ...settings });
  const tensors = new Map<string, TensorInfo>(
    [...expectedTensors(config).required].map(([name, shape]) => [name, { shape, type: 'F32' }]),
  );
  for (const part of biases)
    tensors.set(`model.layers.0.${part}.bias`, { shape: [/gate|up/.test(part) ? 12 : 8], type: 'F32' });
  checkTensors('model', config, tensors);
}

const QKV = ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'];

describe('a bias', () => {
  it.each([
    [
      'that config.json leaves out',
      { model_type: 'llama' },
      ['self_attn.q_proj'],
      /"model\.layers\.0\.self_attn\.q_proj\.bias" is a bias, but attention_bias in config\.json is not true/,
    ],
    [
      'that config.json rules out',
      { model_type: 'llama', attention_bias: false, mlp_bias: true },
      ['self_attn.o_proj'],
      /o_proj\.bias" is a bias, but attention_bias/,
    ],
    [
      'of a feed-forward layer',
      { model_type: 'llama', attention_bias: true },
      ['mlp.down_proj'],
      /down_proj\.bias" is a bias, but mlp_bias in config\.json is not true/,
    ],
    [
      'of Mistral',
      { model_type: 'mistral', attention_bias: true },
      QKV,
      /q_proj\.bias" is a bias that mistral models do not have/,
    ],
    [
      'of Qwen2 elsewhere',
      { model_type: 'qwen2' },
      ['self_attn.o_proj'],
      /o_proj\.bias" is a bias that qwen2 models do not have/,
    ],
    [
      'without the others of its group',
      { model_type: 'llama', attention_bias: true },
      ['self_attn.q_proj'],
      /q_proj\.bias" exists, but "model\.layers\.0\.self_attn\.v_proj\.bias", which is added with it, is missing/,
    ],
  ])('%s is refused', (_, settings, biases, message) => {
    expect(() => check(settings, ...biases)).toThrow(message);
  });

  it('that config.json declares is accepted', () => {
    expect(() => check({ model_type: 'llama', attention_bias: true }, ...QKV)).not.toThrow();
    expect(() =>
      check(
        { model_type: 'llama', attention_bias: true, mlp_bias: true },
        ...QKV,
        'self_attn.o_proj',
        'mlp.gate_proj',
        'mlp.up_proj',
        'mlp.down_proj',
      ),
    ).not.toThrow();
    expect(() => check({ model_type: 'llama', attention_bias: true })).not.toThrow();
    expect(() => check({ model_type: 'qwen2' })).not.toThrow();
  });
});
