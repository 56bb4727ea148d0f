import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Checkpoint, expectedTensors, readRows, readTensor } from '../../formats/checkpoint/checkpoint.ts';
import { parseConfig } from '../../formats/config.ts';
import { memoryFile } from '../../formats/export/testing/memory-file.ts';
import { writeSafetensors, type FloatTensor } from '../../formats/safetensors/write.ts';
import { bytesSource } from '../../formats/source.ts';
import { type Adapter, mergedCheckpoint, openAdapter, parseAdapterSettings } from './index.ts';

const CONFIG = {
  model_type: 'llama',
  hidden_size: 8,
  intermediate_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  vocab_size: 10,
  rms_norm_eps: 1e-5,
  max_position_embeddings: 16,
  tie_word_embeddings: true,
};
const Q = 'model.layers.0.self_attn.q_proj';
const DOWN = 'model.layers.1.mlp.down_proj';

/** A reproducible number for any index. */
const number = (seed: number, i: number): number => Math.sin(seed * 12.9898 + i * 78.233);
const values = (seed: number, count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => number(seed, i));

function model(changes: object = {}): Checkpoint {
  const config = parseConfig({ ...CONFIG, ...changes });
  const shapes = [...expectedTensors(config).required];
  const data = new Map(
    shapes.map(([name, shape], i) => [
      name,
      values(
        i,
        shape.reduce((a, b) => a * b, 1),
      ),
    ]),
  );
  return {
    name: 'base',
    config,
    files: new Map(),
    tensors: new Map(shapes.map(([name, shape]) => [name, { shape, type: 'F32' as const }])),
    async readStoredRows(name, start, count) {
      const all = data.get(name) ?? new Float32Array();
      const columns = shapes.find(([tensor]) => tensor === name)?.[1].at(-1) ?? 1;
      return new Uint8Array(all.slice(start * columns, (start + count) * columns).buffer);
    },
  };
}

async function safetensors(tensors: FloatTensor[]): Promise<Uint8Array> {
  const file = memoryFile();
  await writeSafetensors(file, tensors);
  return file.bytes();
}

/** The matrices of a module under PEFT's names. */
function pair(module: string, [out, in_]: [number, number], rank: number, seed = 1): FloatTensor[] {
  return [
    { name: `base_model.model.${module}.lora_A.weight`, shape: [rank, in_], data: values(seed, rank * in_) },
    { name: `base_model.model.${module}.lora_B.weight`, shape: [out, rank], data: values(seed + 1, out * rank) },
  ];
}

const settings = (changes: object = {}): string =>
  JSON.stringify({ peft_type: 'LORA', r: 2, lora_alpha: 4, target_modules: [Q], bias: 'none', ...changes });

async function adapter(tensors: FloatTensor[], changes: object = {}): Promise<Adapter> {
  return openAdapter(
    'adapter',
    settings(changes),
    bytesSource('adapter_model.safetensors', await safetensors(tensors)),
  );
}

/** W + Σ factor · B·A, element by element in double precision. */
function naive(
  w: Float32Array,
  columns: number,
  parts: { a: Float32Array; b: Float32Array; rank: number; factor: number }[],
): Float64Array {
  return Float64Array.from(w, (value, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return parts.reduce((sum, { a, b, rank, factor }) => {
      let dot = 0;
      for (let k = 0; k < rank; k++) dot += (b[row * rank + k] ?? 0) * (a[k * columns + column] ?? 0);
      return sum + factor * dot;
    }, value);
  });
}

describe('mergedCheckpoint', () => {
  it('agrees with the definition in double precision, for any rank, scaling, weights and rows', async () => {
    const base = model();
    const w = await readTensor(base, `${Q}.weight`);
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            rank: fc.integer({ min: 1, max: 5 }),
            alpha: fc.double({ min: 0.5, max: 64, noNaN: true }),
            weight: fc.double({ min: -2, max: 2, noNaN: true }),
            stable: fc.boolean(),
          }),
          { minLength: 1, maxLength: 3 },
        ),
        fc.integer({ min: 0, max: 7 }),
        async (list, start) => {
          const adapters = await Promise.all(
            list.map(async ({ rank, alpha, weight, stable }, i) => ({
              weight,
              adapter: await adapter(pair(Q, [8, 8], rank, 10 * i), { r: rank, lora_alpha: alpha, use_rslora: stable }),
            })),
          );
          const expected = naive(
            w,
            8,
            list.map(({ rank, alpha, weight, stable }, i) => ({
              a: values(10 * i, rank * 8),
              b: values(10 * i + 1, 8 * rank),
              rank,
              factor: (weight * alpha) / (stable ? Math.sqrt(rank) : rank),
            })),
          );
          const found = await readRows(mergedCheckpoint(base, adapters), `${Q}.weight`, start, 8 - start);
          const largest = Math.max(1, ...expected.map(Math.abs));
          found.forEach((value, i) =>
            expect(Math.abs(value - (expected[start * 8 + i] ?? NaN))).toBeLessThan(1e-6 * largest),
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  it('leaves other tensors as stored, and lists those it changes', async () => {
    const base = model();
    const merged = mergedCheckpoint(base, [{ adapter: await adapter(pair(Q, [8, 8], 2)), weight: 1 }]);
    expect([...merged.merged]).toEqual([`${Q}.weight`]);
    for (const name of base.tensors.keys()) {
      const same = Buffer.compare(await merged.readStoredRows(name, 0, 1), await base.readStoredRows(name, 0, 1)) === 0;
      expect(same).toBe(name !== `${Q}.weight`);
    }
  });

  it('honours patterns of rank and alpha, half-way names and patterns of targets', async () => {
    const tensors = [...pair(Q, [8, 8], 3), ...pair(DOWN, [8, 12], 2)];
    const found = await adapter(tensors, {
      target_modules: '.*0\\.self_attn\\.q_proj|.*\\.1\\.mlp\\.(?P<which>down)_proj',
      rank_pattern: { 'self_attn.q_proj': 3 },
      alpha_pattern: { '.*\\.down_proj': 10 },
    });
    expect(found.modules.get(Q)).toMatchObject({ rank: 3, scaling: 4 / 3 });
    expect(found.modules.get(DOWN)).toMatchObject({ rank: 2, scaling: 5 });
    expect(() => mergedCheckpoint(model(), [{ adapter: found, weight: 1 }])).not.toThrow();
    const { isTarget } = parseAdapterSettings(
      settings({ target_modules: 'all-linear', exclude_modules: ['down_proj'], layers_to_transform: [1] }),
      'x',
    );
    expect([Q, DOWN, 'model.layers.1.mlp.up_proj', 'lm_head'].filter(isTarget)).toEqual(['model.layers.1.mlp.up_proj']);
  });
});

describe('an adapter that cannot be merged is refused by name', () => {
  const refused: [string, object, RegExp][] = [
    ['another kind', { peft_type: 'IA3' }, /type IA3/],
    ['DoRA', { use_dora: true }, /DoRA/],
    ['trained biases', { bias: 'lora_only' }, /bias: lora_only/],
    ['whole modules', { modules_to_save: ['lm_head'] }, /modules_to_save/],
    ['a changed base', { init_lora_weights: 'pissa_niter_4' }, /init_lora_weights: pissa_niter_4/],
    ['a bad pattern', { target_modules: '(' }, /pattern of module names/],
    ['an invalid rank', { r: 0 }, /not describe a LoRA adapter/],
  ];
  it.each([
    { peft_type: 'IA3', target_modules: ['k_proj', 'v_proj', 'down_proj'], feedforward_modules: ['down_proj'] },
    { peft_type: 'LOHA', r: 8, alpha: 8, target_modules: ['q_proj'] },
    { peft_type: 'VERA', r: 256, d_initial: 0.1, target_modules: ['q_proj'] },
    { peft_type: 'PROMPT_TUNING', task_type: 'CAUSAL_LM', num_virtual_tokens: 8 },
  ])('$peft_type, with the keys that PEFT writes for it', (config) => {
    const refusal = expect.objectContaining({
      code: 'unsupported',
      message: expect.stringContaining(`peft_type ${config.peft_type}`) as string,
    }) as Error;
    expect(() => parseAdapterSettings(JSON.stringify(config), 'adapter_config.json')).toThrow(refusal);
  });

  it.each(refused)('%s', (_, changes, message) => {
    expect(() => parseAdapterSettings(settings(changes), 'adapter_config.json')).toThrow(message);
  });

  const hostile: [string, () => Promise<Adapter>, RegExp][] = [
    ['a matrix without its partner', () => adapter(pair(Q, [8, 8], 2).slice(0, 1)), /q_proj" has no matrix B/],
    ['a rank unlike the settings', () => adapter(pair(Q, [8, 8], 3)), /its rank in adapter_config.json is 2/],
    [
      'a magnitude vector',
      () =>
        adapter([
          ...pair(Q, [8, 8], 2),
          { name: `base_model.model.${Q}.lora_magnitude_vector.weight`, shape: [8], data: values(1, 8) },
        ]),
      /lora_magnitude_vector/,
    ],
    [
      'an embedding',
      () =>
        adapter([
          { name: 'base_model.model.model.embed_tokens.lora_embedding_A', shape: [2, 10], data: values(1, 20) },
        ]),
      /lora_embedding_A/,
    ],
    ['nothing', () => adapter([]), /no adapter matrices/],
    [
      'no matrix at all',
      () => adapter([{ name: `base_model.model.${Q}.lora_A.weight`, shape: [16], data: values(1, 16) }]),
      /must be a matrix/,
    ],
    [
      'a cut file',
      async () =>
        openAdapter('adapter', settings(), bytesSource('a', (await safetensors(pair(Q, [8, 8], 2))).subarray(0, -4))),
      /ends at byte/,
    ],
  ];
  it.each(hostile)('%s', async (_, open, message) => {
    await expect(open()).rejects.toThrow(message);
  });

  const misfits: [string, FloatTensor[], object, RegExp][] = [
    [
      'an unknown module',
      pair('model.layers.7.self_attn.q_proj', [8, 8], 2),
      { target_modules: ['k_projection'] },
      /no module "model.layers.7.self_attn.q_proj"/,
    ],
    ['a wrong shape', pair(Q, [8, 6], 2), {}, /q_proj" is \[8, 8\] in the model, but \[8, 6\]/],
    [
      'a declared module without matrices',
      pair(Q, [8, 8], 2),
      { target_modules: ['q_proj'] },
      /layers.1.self_attn.q_proj" is a target/,
    ],
    [
      'the head of a model that ties it',
      pair('lm_head', [10, 8], 2),
      { target_modules: ['lm_head'] },
      /embedding in this model/,
    ],
  ];
  it.each(misfits)('%s', async (_, tensors, changes, message) => {
    const opened = await adapter(tensors, changes);
    expect(() => mergedCheckpoint(model(), [{ adapter: opened, weight: 1 }])).toThrow(message);
  });

  it('values that are not numbers', async () => {
    const [a, b] = pair(Q, [8, 8], 2) as [FloatTensor, FloatTensor];
    a.data[5] = NaN;
    const merged = mergedCheckpoint(model(), [{ adapter: await adapter([a, b]), weight: 1 }]);
    await expect(readTensor(merged, `${Q}.weight`)).rejects.toThrow(/lora_A.weight" holds NaN at 5/);
  });
});
