import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFixture } from '../../../../tests/harness/fixtures.ts';
import { expectedTensors } from '../checkpoint/checkpoint.ts';
import { parseConfig, type ModelConfig } from '../config.ts';
import { roundToHalf } from '../float.ts';
import { conversationPrompt, chooseConversation } from './conversation.ts';
import { MLC_DTYPES, type MlcDtype, type MlcFloat } from './format.ts';
import { mlcParameters, mlcTensors } from './parameters.ts';
import { dequantiseGroups, GROUP, groupErrorLimit, quantiseGroups } from './quantise.ts';
import { MlcShardWriter } from './shards.ts';

type Param = [name: string, shape: (number | string)[], dtype: string];
/** The parameters that published WebLLM libraries expect, by library name. */
const LIBRARIES = readFixture<Record<string, { quantization: MlcDtype; params: Param[] }>>('mlc-parameters');

/** Shapes of models whose libraries' metadata is available; from their published config.json. */
const SHAPES: Record<string, Record<string, unknown>> = {
  'Llama-2-7b': {
    model_type: 'llama',
    hidden_size: 4096,
    intermediate_size: 11008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    vocab_size: 32000,
    max_position_embeddings: 4096,
  },
  'Llama-3.2-1B': {
    model_type: 'llama',
    hidden_size: 2048,
    intermediate_size: 8192,
    num_hidden_layers: 16,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    head_dim: 64,
    vocab_size: 128256,
    max_position_embeddings: 131072,
    tie_word_embeddings: true,
  },
  'Mistral-7B': {
    model_type: 'mistral',
    hidden_size: 4096,
    intermediate_size: 14336,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    vocab_size: 32768,
    max_position_embeddings: 32768,
  },
};

function tensorsOf(config: ModelConfig, dtype: MlcDtype) {
  return mlcParameters(config, expectedTensors(config).required.keys()).flatMap((parameter) =>
    mlcTensors(parameter, dtype),
  );
}

describe('parameters', () => {
  it.each(Object.entries(LIBRARIES))('are those that %s expects', (library, { quantization, params }) => {
    const name = Object.keys(SHAPES).find((known) => library.includes(known)) ?? '';
    const config = parseConfig({ rms_norm_eps: 1e-5, ...SHAPES[name] });
    const asked = params.map(([name, shape, dtype]) => ({
      name,
      dtype,
      shape: shape.map((size) => (size === 'vocab_size' ? config.vocabSize : size)),
    }));
    expect(tensorsOf(config, quantization)).toEqual(asked);
  });

  it('were taken from four libraries', () => expect(Object.keys(LIBRARIES)).toHaveLength(4));

  it('count as the format says for the shape of SmolLM2-135M', () => {
    const config = parseConfig({
      model_type: 'llama',
      hidden_size: 576,
      intermediate_size: 1536,
      num_hidden_layers: 30,
      num_attention_heads: 9,
      num_key_value_heads: 3,
      vocab_size: 49152,
      rms_norm_eps: 1e-5,
      max_position_embeddings: 8192,
      tie_word_embeddings: true,
    });
    expect(MLC_DTYPES.map((dtype) => tensorsOf(config, dtype).length)).toEqual([182, 182, 303, 303]);
    expect(tensorsOf(config, 'q4f16_1').slice(0, 4)).toEqual([
      { name: 'model.embed_tokens.q_weight', shape: [49152, 72], dtype: 'uint32' },
      { name: 'model.embed_tokens.q_scale', shape: [49152, 18], dtype: 'float16' },
      { name: 'model.layers.0.self_attn.qkv_proj.q_weight', shape: [960, 72], dtype: 'uint32' },
      { name: 'model.layers.0.self_attn.qkv_proj.q_scale', shape: [960, 18], dtype: 'float16' },
    ]);
  });

  it('never leave out a tensor of the checkpoint silently', () => {
    const config = parseConfig({ rms_norm_eps: 1e-5, ...SHAPES['Llama-3.2-1B'] });
    const names = [...expectedTensors(config).required.keys(), 'model.layers.0.mlp.up_proj.bias'];
    expect(() => mlcParameters(config, names)).toThrow(/up_proj\.bias/);
  });
});

describe('group quantisation', () => {
  const rows = fc.integer({ min: 1, max: 3 }).chain((groups) =>
    fc.array(fc.float({ noNaN: true, min: -60000, max: 60000 }), {
      minLength: groups * GROUP,
      maxLength: groups * GROUP,
    }),
  );

  it.each(['float16', 'float32'] as const)(
    'decodes every value within the format’s rounding in %s',
    (float: MlcFloat) => {
      fc.assert(
        fc.property(rows, (list) => {
          const values = Float32Array.from(list);
          const packed = quantiseGroups(values, float);
          dequantiseGroups(packed).forEach((read, i) => {
            expect(Math.abs(read - (values[i] ?? NaN))).toBeLessThanOrEqual(
              groupErrorLimit(packed.scales[Math.floor(i / GROUP)] ?? NaN, float),
            );
          });
          if (float === 'float16') packed.scales.forEach((scale) => expect(roundToHalf(scale)).toBe(scale));
        }),
      );
    },
  );

  it('is exact for decoded values', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const once = dequantiseGroups(quantiseGroups(Float32Array.from(list), 'float32'));
        dequantiseGroups(quantiseGroups(once, 'float32')).forEach((value, i) =>
          expect(value).toBeCloseTo(once[i] ?? NaN, 1),
        );
      }),
    );
  });

  it('matches hand-computed values: ties to even, the first code lowest, groups of zeros with a scale of zero', () => {
    const values = new Float32Array(2 * GROUP);
    values.set([7, -7, 1, 0.5, 1.5, -0.5, 2.4, -6.6]);
    const { words, scales } = quantiseGroups(values, 'float16');
    expect([...scales]).toEqual([1, 0]);
    // Codes 14, 0, 8, 8 (7.5 ties to 8), 8 (8.5 ties to 8), 6 (6.5 ties to 6), 9, 0.
    expect(words[0]?.toString(16)).toBe('968880e');
    expect(words[1]?.toString(16)).toBe('77777777');
    expect(words.at(-1)?.toString(16)).toBe('77777777');
  });
});

describe('shards', () => {
  it('put large tensors into their own files and never split others', async () => {
    const written = new Map<string, Uint8Array>();
    const folder = {
      create: (path: string) => {
        const parts: Uint8Array[] = [];
        return Promise.resolve({
          write: (bytes: Uint8Array) => Promise.resolve(void parts.push(bytes.slice())),
          close: () => {
            written.set(path, Buffer.concat(parts));
            return Promise.resolve({ path, bytes: written.get(path)?.length ?? 0, sha256: '' });
          },
        });
      },
    };
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }), async (sizes) => {
        written.clear();
        const writer = new MlcShardWriter(folder, 32);
        const content = sizes.map((size, i) => new Uint8Array(size).fill(i + 1));
        for (const [i, bytes] of content.entries())
          await writer.append(
            { name: `t${i}`, shape: [bytes.length], dtype: 'uint32', format: 'raw', nbytes: bytes.length },
            [bytes],
          );
        await writer.finish();
        const seen = writer.shards.flatMap(({ dataPath, nbytes, records }) => {
          expect(written.get(dataPath)?.length).toBe(nbytes);
          expect(records.length === 1 || nbytes < 32).toBe(true);
          return records.map((record) => ({
            record,
            bytes: written.get(dataPath)?.subarray(record.byteOffset, record.byteOffset + record.nbytes),
          }));
        });
        expect(seen.length).toBe(sizes.length);
        for (const { record, bytes } of seen)
          expect([...(bytes ?? [])]).toEqual([...(content[Number(record.name.slice(1))] ?? [])]);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the conversation template', () => {
  const config = parseConfig({ rms_norm_eps: 1e-5, ...SHAPES['Llama-3.2-1B'], bos_token_id: 1, eos_token_id: 2 });
  const chatml = (turns: readonly { role: string; content: string }[]): string =>
    [
      ...(turns[0]?.role === 'system' ? [] : ['<|im_start|>system\nBe brief.<|im_end|>\n']),
      ...turns.map(({ role, content }) => `<|im_start|>${role}\n${content}<|im_end|>\n`),
      '<|im_start|>assistant\n',
    ].join('');

  it('is ChatML if the model’s is, with its default system message', () => {
    const { conversation, exact } = chooseConversation('{{ "<|im_start|>" }}', chatml, config);
    expect(conversation).toMatchObject({ name: 'chatml', system_message: 'Be brief.', stop_token_ids: [2] });
    expect(exact).toBe(true);
    expect(conversationPrompt(conversation, [{ role: 'user', content: 'Hi' }])).toBe(
      chatml([{ role: 'user', content: 'Hi' }]),
    );
  });

  it('says so if both differ, and refuses unknown templates', () => {
    expect(chooseConversation('<|im_start|>', (turns) => chatml(turns).toUpperCase(), config).exact).toBe(false);
    expect(() => chooseConversation('### Instruction', chatml, config)).toThrow(/conversation template/);
  });
});
