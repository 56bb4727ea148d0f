import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { LabError } from '../error.ts';
import { openGguf } from './gguf/checkpoint.ts';
import { readGgufHeader } from './gguf/read.ts';
import type { GgufMetadata } from './gguf/types.ts';
import { writeGguf } from './gguf/write.ts';
import { openSafetensors } from './safetensors/checkpoint.ts';
import { readSafetensorsHeader } from './safetensors/read.ts';
import { writeSafetensors } from './safetensors/write.ts';
import { bytesSource, type ByteSource } from './source.ts';

/** Collects written bytes. */
async function collect(
  write: (sink: { write(bytes: Uint8Array): Promise<void>; close(): Promise<never> }) => Promise<void>,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  await write({
    write: async (bytes) => void parts.push(bytes.slice()),
    close: () => Promise.reject(new Error('not closed here')),
  });
  return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
}

const METADATA: GgufMetadata = new Map([
  ['general.architecture', { type: 'string', value: 'llama' }],
  ['tokenizer.ggml.tokens', { type: 'array', of: 'string', value: ['a', 'b'] }],
  ['llama.block_count', { type: 'u32', value: 1 }],
]);
const tensor = (name: string) => ({
  name,
  shape: [2, 32],
  type: 'F32' as const,
  async *chunks() {
    yield new Uint8Array(256);
  },
});

let gguf: Uint8Array;
let safetensors: Uint8Array;
beforeAll(async () => {
  gguf = await collect((sink) => writeGguf(sink, METADATA, [tensor('first'), tensor('second')]));
  safetensors = await collect((sink) =>
    writeSafetensors(sink, [
      { name: 'first', shape: [2, 2], data: new Float32Array(4) },
      { name: 'second', shape: [3], data: new Float32Array(3) },
    ]),
  );
});

/** A source that records reads, so that absurd ones are detected even if they fail. */
function watched(bytes: Uint8Array): ByteSource & { largest: number } {
  const inner = bytesSource('broken.bin', bytes);
  const source = {
    ...inner,
    largest: 0,
    read(offset: number, length: number) {
      source.largest = Math.max(source.largest, length);
      return inner.read(offset, length);
    },
  };
  return source;
}

/** Runs a reader over damaged copies: it must return or throw a LabError that names the file, without absurd reads. */
async function survives(good: () => Uint8Array, read: (source: ByteSource) => Promise<unknown>): Promise<void> {
  const edit = fc.tuple(
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 127, 128, 255)),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(edit, { maxLength: 8 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.boolean(),
      async (edits, cut, whole) => {
        const bytes = good().slice(0, whole ? good().length : Math.floor(cut * good().length));
        for (const [at, value] of edits) if (bytes.length) bytes[Math.floor(at * bytes.length)] = value;
        const source = watched(bytes);
        try {
          await read(source);
        } catch (error) {
          if (!(error instanceof LabError)) throw error;
          expect(error.detail.where).toContain('broken.bin');
          expect(error.detail.todo).toBeTruthy();
        }
        expect(source.largest).toBeLessThanOrEqual(bytes.length);
      },
    ),
    { numRuns: 1500 },
  );
}

async function refusal(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'accepted',
    (error: unknown) => (error instanceof LabError ? error.message : `not a LabError: ${String(error)}`),
  );
}

describe('a damaged GGUF file', () => {
  it('never hangs, allocates wildly or throws anything but a LabError', () => survives(() => gguf, readGgufHeader));

  /** Writes a 64-bit number over the bytes after the first occurrence of `text`. */
  function patched(text: string, skip: number, value: bigint): Uint8Array {
    const bytes = gguf.slice();
    const at = text ? Buffer.from(bytes).indexOf(text) + text.length : 0;
    new DataView(bytes.buffer).setBigUint64(at + skip, value, true);
    return bytes;
  }

  it.each([
    [
      'another magic',
      () =>
        Uint8Array.from(
          Array.from('GGML')
            .map((c) => c.charCodeAt(0))
            .concat(Array<number>(60).fill(0)),
        ),
      'does not begin with "GGUF"',
    ],
    ['an empty file', () => new Uint8Array(0), 'does not begin'],
    ['version 99', () => patched('GGUF', 0, 99n), 'version 99'],
    ['2^60 tensors', () => patched('GGUF', 4, 1n << 60n), '1152921504606846976 tensors'],
    ['a negative count of entries', () => patched('GGUF', 12, (1n << 64n) - 1n), 'more than the file can hold'],
    ['a string of 2^50 bytes', () => patched('general.architecture', 4, 1n << 50n), 'more than the file can hold'],
    ['a dimension of 2^63', () => patched('first', 4, 1n << 63n), 'dimension of 9223372036854775808'],
    ['a dimension of zero', () => patched('first', 4, 0n), 'dimension of 0'],
    ['more dimensions than there are', () => patched('first', 0, 77n), '77 dimensions'],
    ['an offset past the end', () => patched('second', 24, 1n << 40n), 'past the end'],
    ['overlapping tensors', () => patched('second', 24, 0n), 'overlap'],
    ['a tensor larger than the file', () => patched('second', 12, 1n << 30n), 'but the file has'],
    ['a misaligned offset', () => patched('second', 24, 8n), 'not aligned'],
    ['a file cut short', () => gguf.slice(0, gguf.length - 100), 'but the file has'],
    ['a header cut short', () => gguf.slice(0, 100), 'file'],
  ])('%s', async (_, bytes, message) => {
    expect(await refusal(readGgufHeader(bytesSource('broken.bin', bytes())))).toContain(message);
  });

  it('refuses types by name', async () => {
    const bytes = gguf.slice();
    new DataView(bytes.buffer).setUint32(Buffer.from(bytes).indexOf('first') + 5 + 20, 12, true);
    expect(await refusal(readGgufHeader(bytesSource('broken.bin', bytes)))).toContain('Q4_K');
  });

  it('names missing metadata', async () => {
    expect(await refusal(openGguf(bytesSource('m.gguf', gguf)))).toContain('llama.attention.head_count');
  });
});

describe('a damaged safetensors file', () => {
  it('never hangs, allocates wildly or throws anything but a LabError', () =>
    survives(
      () => safetensors,
      (source) => readSafetensorsHeader(source),
    ));

  function withHeader(header: string, data = 0): Uint8Array {
    const json = new TextEncoder().encode(header);
    const bytes = new Uint8Array(8 + json.length + data);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
    bytes.set(json, 8);
    return bytes;
  }
  const entry = (dtype: string, shape: number[], begin: number, end: number): object => ({
    dtype,
    shape,
    data_offsets: [begin, end],
  });

  it.each([
    ['three bytes', () => Uint8Array.of(1, 2, 3), 'too few'],
    ['a header of 2^60 bytes', () => new Uint8Array(new BigUint64Array([1n << 60n, 0n]).buffer), 'claims a header'],
    ['no JSON', () => withHeader('{"a": '), 'not valid JSON'],
    ['a list', () => withHeader('[]'), 'not a JSON object'],
    ['a negative size', () => withHeader(JSON.stringify({ a: entry('F32', [-1, -4], 0, 16) }), 16), 'is wrong'],
    [
      'a size beyond all memory',
      () => withHeader(JSON.stringify({ a: entry('F32', [2 ** 40, 2 ** 40], 0, 16) }), 16),
      'needs',
    ],
    ['a range past the end', () => withHeader(JSON.stringify({ a: entry('F32', [8], 0, 32) }), 16), 'but the file has'],
    [
      'a range of another length',
      () => withHeader(JSON.stringify({ a: entry('F32', [2], 0, 16) }), 16),
      'needs 8 bytes',
    ],
    [
      'overlapping tensors',
      () => withHeader(JSON.stringify({ a: entry('F32', [2], 0, 8), b: entry('F32', [2], 4, 12) }), 12),
      'overlap',
    ],
    ['a type that is not read', () => withHeader(JSON.stringify({ a: entry('F8_E4M3', [4], 0, 4) }), 4), 'F8_E4M3'],
  ])('%s', async (_, bytes, message) => {
    expect(await refusal(readSafetensorsHeader(bytesSource('broken.bin', bytes())))).toContain(message);
  });
});

describe('a configuration that contradicts the weights', () => {
  const config = {
    model_type: 'llama',
    hidden_size: 64,
    intermediate_size: 96,
    num_hidden_layers: 1,
    num_attention_heads: 4,
    vocab_size: 10,
    rms_norm_eps: 1e-5,
    max_position_embeddings: 8,
    tie_word_embeddings: true,
  };
  const open = (changes: object): Promise<string> =>
    refusal(
      openSafetensors(
        'model',
        [bytesSource('broken.bin', safetensors)],
        new Map([['config.json', JSON.stringify({ ...config, ...changes })]]),
      ),
    );

  it.each([
    [{}, '"first" belongs to no llama model'],
    [{}, '"model.embed_tokens.weight" is missing'],
    [{ model_type: 'gpt2' }, 'model type "gpt2"'],
    [{ hidden_size: 'large' }, 'hidden_size'],
    [{ num_attention_heads: 5 }, 'no multiple of num_attention_heads 5'],
    [{ num_key_value_heads: 3 }, 'no multiple of num_key_value_heads 3'],
    [{ rope_scaling: { type: 'yarn', factor: 4 } }, 'rope scaling "yarn"'],
    [{ rope_scaling: { rope_type: 'llama3' } }, 'rope_scaling is incomplete'],
    [{ hidden_act: 'gelu' }, 'activation "gelu"'],
    [{ num_hidden_layers: 1e9 }, 'num_hidden_layers'],
  ])('%j', async (changes, message) => {
    expect(await open(changes)).toContain(message);
  });

  it('is missed when absent, and so are parts that the index names', async () => {
    expect(await refusal(openSafetensors('model', [], new Map()))).toContain('no config.json');
    const files = new Map([
      ['config.json', JSON.stringify(config)],
      ['model.safetensors.index.json', JSON.stringify({ weight_map: { a: 'part-2.safetensors' } })],
    ]);
    expect(await refusal(openSafetensors('model', [bytesSource('part-1.safetensors', safetensors)], files))).toContain(
      'part-2.safetensors',
    );
  });
});
