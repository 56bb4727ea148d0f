import type { Checkpoint, TensorInfo } from '../../formats/checkpoint/checkpoint.ts';
import { expectedTensors, matrixShape } from '../../formats/checkpoint/checkpoint.ts';
import { parseConfig } from '../../formats/config.ts';
import { seededRandom } from '../../random/xoshiro128.ts';
import { byteTokenizerFiles } from './byte-tokenizer.ts';

const VOCABULARY = 288;

const CONFIG = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_act: 'silu',
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 512,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  tie_word_embeddings: true,
  bos_token_id: 256,
  eos_token_id: 257,
  vocab_size: VOCABULARY,
};

/** A random byte-level Llama with 90,000 weights, for tests that do not need meaningful text. */
export function tinyCheckpoint(seed = 1): Checkpoint {
  const random = seededRandom(seed);
  const config = parseConfig(CONFIG);
  const { required } = expectedTensors(config);
  const data = new Map<string, Float32Array>();
  const tensors = new Map<string, TensorInfo>();
  for (const [name, shape] of required) {
    const size = shape.reduce((a, b) => a * b, 1);
    const spread = name.includes('embed') ? 2 : shape.length === 1 ? 0 : 0.35;
    data.set(
      name,
      Float32Array.from({ length: size }, () => (shape.length === 1 ? 1 : 0) + spread * (random() * 2 - 1)),
    );
    tensors.set(name, { shape, type: 'F32' });
  }
  const { tokenizer, config: tokenizerConfig } = byteTokenizerFiles(VOCABULARY);
  return {
    name: 'tiny',
    config,
    files: new Map([
      ['config.json', JSON.stringify(CONFIG)],
      ['generation_config.json', JSON.stringify({ eos_token_id: 257 })],
      ['tokenizer.json', JSON.stringify(tokenizer)],
      ['tokenizer_config.json', JSON.stringify(tokenizerConfig)],
    ]),
    tensors,
    async readStoredRows(name, start, count) {
      const values = data.get(name) ?? new Float32Array();
      const { columns } = matrixShape(tensors.get(name) ?? { shape: [0], type: 'F32' });
      const rows = values.slice(start * columns, (start + count) * columns);
      return new Uint8Array(rows.buffer);
    },
  };
}
