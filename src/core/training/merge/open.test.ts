import { describe, expect, it } from 'vitest';
import { encodeStored } from '../../formats/encode-stored.ts';
import { memoryFile } from '../../formats/export/testing/memory-file.ts';
import { openGguf } from '../../formats/gguf/checkpoint.ts';
import type { GgufMetadata } from '../../formats/gguf/types.ts';
import { writeGguf } from '../../formats/gguf/write.ts';
import { bytesSource } from '../../formats/source.ts';
import { seededRandom } from '../../random/xoshiro128.ts';
import type { Adapter } from './adapter.ts';
import { openAdapterFiles, openGgufAdapter } from './index.ts';

function values(seed: number, count: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count }, () => random() - 0.5);
}

const open = (bytes: Uint8Array): Promise<Adapter> => openGgufAdapter('copy', bytesSource('adapter.gguf', bytes));

const Q = 'blk.0.attn_q.weight';

interface TestTensor {
  name: string;
  shape: number[];
  data: Float32Array;
}

const tensor = (name: string, shape: number[]): TestTensor => ({
  name,
  shape,
  data: values(
    1,
    shape.reduce((x, y) => x * y, 1),
  ),
});

/** A GGUF file that may be wrong; undefined leaves an entry out. */
async function file(
  tensors: TestTensor[],
  changes: { architecture?: string; type?: string | undefined; kind?: string; alpha?: number | undefined } = {},
): Promise<Uint8Array> {
  const {
    architecture = 'llama',
    type,
    kind,
    alpha,
  } = {
    type: 'adapter',
    kind: 'lora',
    alpha: 4,
    ...changes,
  };
  const metadata: GgufMetadata = new Map([
    ['general.architecture', { type: 'string', value: architecture }],
    ...(type === undefined ? [] : [['general.type', { type: 'string', value: type }] as const]),
    ['adapter.type', { type: 'string', value: kind }],
    ...(alpha === undefined ? [] : [['adapter.lora.alpha', { type: 'f32', value: alpha }] as const]),
  ]);
  const sink = memoryFile();
  await writeGguf(
    sink,
    metadata,
    tensors.map(({ name, shape, data }) => ({
      name,
      shape,
      type: 'F32' as const,
      async *chunks() {
        yield encodeStored('F32', data);
      },
    })),
  );
  return sink.bytes();
}

const PAIR = [tensor(`${Q}.lora_a`, [2, 8]), tensor(`${Q}.lora_b`, [8, 2])];

describe('a GGUF that is no plain LoRA adapter is refused by name', () => {
  const broken: [string, () => Promise<Uint8Array>, RegExp][] = [
    ['a model', () => file(PAIR, { type: undefined }), /type "model", not an adapter/],
    ['a control vector', () => file(PAIR, { kind: 'cvec' }), /type "cvec"/],
    ['another architecture', () => file(PAIR, { architecture: 'gemma3' }), /"gemma3" is not supported/],
    ['a missing alpha', () => file(PAIR, { alpha: undefined }), /"adapter.lora.alpha" is missing/],
    ['an alpha that is no number', () => file(PAIR, { alpha: NaN }), /"adapter.lora.alpha" is NaN/],
    ['no tensors', () => file([]), /no adapter matrices/],
    ['a trained norm', () => file([...PAIR, tensor('blk.0.attn_norm.weight', [8])]), /"blk.0.attn_norm.weight"/],
    [
      'an adapted norm',
      () => file([...PAIR, tensor('blk.0.attn_norm.weight.lora_a', [2, 8])]),
      /"blk.0.attn_norm.weight.lora_a" does not belong/,
    ],
    [
      'an adapted embedding',
      () => file([...PAIR, tensor('token_embd.weight.lora_a', [2, 8])]),
      /"token_embd.weight.lora_a" does not belong/,
    ],
    ['a matrix without its partner', () => file(PAIR.slice(1)), /layers.0.self_attn.q_proj" has no matrix A/],
    [
      'ranks that differ',
      () => file([tensor(`${Q}.lora_a`, [3, 8]), tensor(`${Q}.lora_b`, [8, 2])]),
      /"blk.0.attn_q.weight.lora_a" is \[3, 8\] and "blk.0.attn_q.weight.lora_b" is \[8, 2\]/,
    ],
    [
      'three dimensions',
      () => file([tensor(`${Q}.lora_a`, [1, 2, 8]), tensor(`${Q}.lora_b`, [8, 2])]),
      /"blk.0.attn_q.weight.lora_a" is \[1, 2, 8\], but it must be a matrix/,
    ],
    ['a cut file', async () => (await file(PAIR)).subarray(0, -32), /"blk.0.attn_q.weight.lora_b" ends at byte/],
    ['an empty file', () => Promise.resolve(new Uint8Array(0)), /middle of its header|begin with "GGUF"/],
  ];
  it.each(broken)('%s', async (_, make, message) => {
    await expect(open(await make())).rejects.toThrow(message);
  });

  it('heads that do not divide the rows, and values that are not numbers, when they are read', async () => {
    const copy = await open(await file(PAIR));
    await expect(copy.factors('model.layers.0.self_attn.q_proj', 16)).rejects.toThrow(
      /"blk.0.attn_q.weight.lora_b" has 8 rows, not whole heads of 16/,
    );
    const bad = tensor(`${Q}.lora_a`, [2, 8]);
    bad.data[3] = Infinity;
    const infinite = await open(await file([bad, ...PAIR.slice(1)]));
    await expect(infinite.factors('model.layers.0.self_attn.q_proj', 4)).rejects.toThrow(
      /"blk.0.attn_q.weight.lora_a" holds Infinity at 3/,
    );
  });

  it('is not opened as a model', async () => {
    await expect(openGguf(bytesSource('adapter.gguf', await file(PAIR)))).rejects.toThrow(/an adapter, not a model/);
  });
});

describe('a GGUF that llama.cpp reads in its own way', () => {
  it('takes an alpha of 0 for a scaling of 1, and a vector for an A of rank 1, as llama.cpp does', async () => {
    const copy = await open(await file([tensor(`${Q}.lora_a`, [8]), tensor(`${Q}.lora_b`, [8, 1])], { alpha: 0 }));
    expect(copy.modules.get('model.layers.0.self_attn.q_proj')).toMatchObject({ rank: 1, scaling: 1 });
  });
});

describe('openAdapterFiles', () => {
  const text = (name: string, content: string) => bytesSource(name, new TextEncoder().encode(content));

  it('tells a GGUF by its content and takes the chat template next to it', async () => {
    const gguf = bytesSource('some-file', await file(PAIR));
    const opened = await openAdapterFiles('mine', [text('README.md', '#'), gguf, text('chat_template.jinja', 'T')]);
    expect(opened.adapter.name).toBe('mine');
    expect(opened.adapter.architecture).toBe('llama');
    expect(opened.template).toBe('T');
  });

  it('says what is missing, and refuses to choose', async () => {
    const gguf = bytesSource('a.gguf', await file(PAIR));
    await expect(openAdapterFiles('mine', [text('README.md', '#')])).rejects.toThrow(/adapter_config.json is missing/);
    await expect(openAdapterFiles('mine', [text('adapter_config.json', '{}')])).rejects.toThrow(
      /adapter_model.safetensors is missing/,
    );
    await expect(openAdapterFiles('mine', [gguf, text('adapter_config.json', '{}')])).rejects.toThrow(
      /several adapters: a.gguf, adapter_config.json/,
    );
    await expect(openAdapterFiles('mine', [text('b.gguf', 'nothing')])).rejects.toThrow(/begin with "GGUF"/);
  });
});
