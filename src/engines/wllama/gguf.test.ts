import { beforeAll, describe, expect, it } from 'vitest';
import { tinyCheckpoint } from '../../core/engine/testing/tiny-model.ts';
import { decodeModel, encodeModel } from '../../core/formats/onnx/index.ts';
import { memorySink } from '../../core/formats/export/memory-sink.ts';
import { readGgufHeader, readGgufMetadata } from '../../core/formats/gguf/read.ts';
import type { GgufMetadata, GgufValue } from '../../core/formats/gguf/types.ts';
import { writeGguf } from '../../core/formats/gguf/write.ts';
import { type ByteSource, bytesSource } from '../../core/formats/source.ts';
import { chatTokenizerOf } from '../../core/tokenizer/chat-tokenizer.ts';
import { MARK } from '../../core/tokenizer/plain-text.ts';
import { memoryFiles, tinyExport } from '../testing/memory-files.ts';
import { convertibleWindow, ggufFromOnnx } from './from-onnx.ts';
import { ggufSizeFault } from './gguf-size.ts';
import { readGgufFacts } from './gguf-tokenizer.ts';

const GRAPH = 'onnx/model_q4.onnx';

let exported: ReadonlyMap<string, Blob>;
let gguf: Uint8Array;
const stages = new Set<string>();
beforeAll(async () => {
  exported = await tinyExport('q4');
  const sink = memorySink('model.gguf');
  await ggufFromOnnx(memoryFiles(exported), sink, { onProgress: ({ stage }) => stages.add(stage) });
  gguf = new Uint8Array(await sink.blob().arrayBuffer());
});

const source = (bytes = gguf): ByteSource => bytesSource('model.gguf', bytes);

/** The converted file with other metadata and one small tensor. */
async function changed(change: (metadata: GgufMetadata) => void): Promise<ByteSource> {
  const metadata = new Map(await readGgufMetadata(source()));
  change(metadata);
  const sink = memorySink('model.gguf');
  await writeGguf(sink, metadata, [
    {
      name: 'weights',
      shape: [3],
      type: 'F32',
      async *chunks() {
        yield new Uint8Array(12);
      },
    },
  ]);
  return source(new Uint8Array(await sink.blob().arrayBuffer()));
}

const text = (value: string): GgufValue => ({ type: 'string', value });

describe('ggufFromOnnx', () => {
  it('stores the weights as they are, under names of control tokens that no message can contain', async () => {
    expect([...stages]).toEqual(['Preparing the weights for llama.cpp']);
    const { tensors, metadata } = await readGgufHeader(source());
    const types = tensors.map(({ name, type }) => `${name} ${type}`);
    expect(types).toContain('blk.1.ffn_down.weight Q4_1');
    expect(types).toContain('blk.0.attn_norm.weight F32');
    const tokens = metadata.get('tokenizer.ggml.tokens')?.value as string[];
    expect([tokens[256], tokens[257], tokens[97]]).toEqual([`${MARK}<s>`, `${MARK}</s>`, 'a']);
  });

  it('leaves start tokens to the page, which renders whole prompts', async () => {
    const tokenizer = JSON.parse((await exported.get('tokenizer.json')?.text()) ?? '') as object;
    const token = { SpecialToken: { id: '<s>', type_id: 0 } };
    const post_processor = {
      type: 'TemplateProcessing',
      single: [token, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [],
      special_tokens: { '<s>': { id: '<s>', ids: [256], tokens: ['<s>'] } },
    };
    const json = new Blob([JSON.stringify({ ...tokenizer, post_processor })]);
    const sink = memorySink('model.gguf');
    await ggufFromOnnx(memoryFiles(new Map(exported).set('tokenizer.json', json)), sink, {});
    const metadata = await readGgufMetadata(source(new Uint8Array(await sink.blob().arrayBuffer())));
    expect(metadata.get('tokenizer.ggml.add_bos_token')?.value).toBe(false);
  });

  it('can be stopped, and refuses folders of other exporters', async () => {
    const sink = () => memorySink('model.gguf');
    await expect(ggufFromOnnx(memoryFiles(exported), sink(), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
    await expect(ggufFromOnnx(await foreign(), sink(), {})).rejects.toMatchObject({ code: 'unsupported' });
  });
});

async function foreign() {
  const graph = exported.get(GRAPH) ?? new Blob();
  const model = decodeModel(new Uint8Array(await graph.arrayBuffer()));
  const other = encodeModel({ ...model, producerName: 'another' });
  return memoryFiles(new Map(exported).set(GRAPH, new Blob([other.slice()])));
}

describe('convertibleWindow', () => {
  it('is that of the model, and needs none of the weights', async () => {
    const files = memoryFiles(exported);
    expect(await convertibleWindow(files, {})).toBe(512);
    expect(files.ensured).toEqual(['config.json', GRAPH]);
    expect(files.opened).not.toContain(`${GRAPH}_data`);
  });

  it('ends where a sliding window would begin to count, because llama.cpp has none', async () => {
    const config = JSON.parse(tinyCheckpoint().files.get('config.json') ?? '') as object;
    const mistral = { ...config, architectures: ['MistralForCausalLM'], model_type: 'mistral', sliding_window: 100 };
    const files = new Map(exported).set('config.json', new Blob([JSON.stringify(mistral)]));
    expect(await convertibleWindow(memoryFiles(files), {})).toBe(100);
  });

  it('is refused for folders of other exporters', async () =>
    expect(convertibleWindow(await foreign(), {})).rejects.toMatchObject({ code: 'unsupported' }));
});

describe('readGgufFacts', () => {
  it('finds the tokenizer, the window and the name in the file', async () => {
    const { tokenizer, ...facts } = await readGgufFacts(await changed((metadata) => rename(metadata)));
    expect(facts).toEqual({ contextWindow: 512, name: 'tiny', architecture: 'llama' });
    const own = chatTokenizerOf(tinyCheckpoint().files, 'tiny');
    const messages = [{ role: 'user' as const, content: 'Grüße, 3 < 4!' }];
    const prompt = own.renderPrompt(messages);
    expect(tokenizer?.renderPrompt(messages)).toBe(prompt);
    expect(tokenizer?.encode(prompt)).toEqual(own.encode(prompt));
    expect(tokenizer?.encode(prompt)).toContain(256);
  });

  /** Control tokens as in files of other converters. */
  function rename(metadata: GgufMetadata): void {
    const tokens = metadata.get('tokenizer.ggml.tokens');
    if (tokens?.type !== 'array') throw new Error('There are no tokens.');
    metadata.set('tokenizer.ggml.tokens', {
      ...tokens,
      value: tokens.value.map((token) => String(token).replace(MARK, '')),
    });
  }

  it('leaves counting to llama.cpp for a tokenizer that cannot be rebuilt', async () => {
    const other = await changed((metadata) => metadata.set('tokenizer.ggml.model', text('t5')));
    expect(await readGgufFacts(other)).toMatchObject({ tokenizer: undefined, contextWindow: 512 });
  });

  it('says what a file lacks', async () => {
    const none = await changed((metadata) => metadata.delete('tokenizer.ggml.tokens'));
    await expect(readGgufFacts(none)).rejects.toMatchObject({ code: 'missing-file' });
    for (const change of [
      (metadata: GgufMetadata) => metadata.delete('llama.context_length'),
      (metadata: GgufMetadata) => metadata.set('llama.context_length', { type: 'u32', value: 0 }),
    ])
      await expect(readGgufFacts(await changed(change))).rejects.toMatchObject({
        code: 'bad-file',
        detail: { what: expect.stringContaining('llama.context_length'), where: 'model.gguf' },
      });
    const unnamed = await changed((metadata) => metadata.delete('general.architecture'));
    await expect(readGgufFacts(unnamed)).rejects.toMatchObject({
      detail: { what: expect.stringContaining('general.context_length') },
    });
  });
});

describe('ggufSizeFault', () => {
  it('accepts a whole file, padded or not', async () => {
    expect(await ggufSizeFault(source())).toBeUndefined();
    const padded = await changed(() => undefined);
    // Its last tensor has 12 bytes, and the writer pads them to 32.
    expect(await ggufSizeFault(padded)).toBeUndefined();
    expect(await ggufSizeFault(source(await padded.read(0, padded.size - 20)))).toBeUndefined();
  });

  it('notices what is missing and what is too much, with both sizes', async () => {
    const file = await changed(() => undefined);
    const short = await file.read(0, file.size - 21);
    expect(await ggufSizeFault(source(short))).toBe(
      `It is truncated: ${short.length} bytes were received, but its header requires ${file.size - 20}.`,
    );
    const long = new Uint8Array(file.size + 1);
    long.set(await file.read(0, file.size));
    expect(await ggufSizeFault(source(long))).toBe(
      `It is too long: ${long.length} bytes were received, but its header implies only ${file.size}.`,
    );
    expect(await ggufSizeFault(source(gguf.subarray(0, 100)))).toBeTypeOf('string');
  });

  it('leaves other versions and other files to llama.cpp', async () => {
    const newer = gguf.slice();
    newer[4] = 4;
    expect(await ggufSizeFault(source(newer.subarray(0, 2000)))).toBeUndefined();
    expect(await ggufSizeFault(source(new TextEncoder().encode('GGUF')))).toBeUndefined();
  });

  it('does not take a failed read for a damaged file', async () => {
    const gone: ByteSource = { ...source(), read: () => Promise.reject(new Error('The file was removed.')) };
    await expect(ggufSizeFault(gone)).rejects.toThrow('The file was removed.');
  });
});
