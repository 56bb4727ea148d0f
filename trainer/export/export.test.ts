import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Checkpoint, readTensor } from '../../src/core/formats/checkpoint/checkpoint.ts';
import type { EncodableType } from '../../src/core/formats/encode-stored.ts';
import type { ExportDtype } from '../../src/core/formats/export/dtype.ts';
import { exportOnnx } from '../../src/core/formats/export/export.ts';
import { configFromGguf } from '../../src/core/formats/gguf/config.ts';
import { checkpointToGguf } from '../../src/core/formats/gguf/from-checkpoint.ts';
import { readGgufHeader, readGgufMetadata } from '../../src/core/formats/gguf/read.ts';
import { forward } from '../../src/core/formats/reference/forward.ts';
import { Decoder } from '../../tests/harness/decoder.ts';
import { TINY_CONFIGS, writeTinyModel } from '../../tests/harness/tiny-model.ts';
import { openCheckpoint } from '../files/open.ts';
import { diskFolder } from '../files/sink.ts';
import { ownFolder } from '../files/output.ts';
import { fileSource } from '../files/source.ts';
import { openExportedFolder } from './folder.ts';
import { exportGgufFolder } from './gguf.ts';
import { compareWeights } from './compare.ts';

const IDS = [5, 17, 256, 90, 201, 33, 33, 257, 8, 144, 71, 12];

let root = '';
beforeAll(async () => void (root = await mkdtemp(join(tmpdir(), 'solace-export-'))));
afterAll(() => rm(root, { recursive: true, force: true }));

async function exported(source: Checkpoint, dtype: ExportDtype) {
  const folder = await mkdtemp(join(root, `${dtype}-`));
  await exportOnnx(source, diskFolder(folder), { dtype, name: 'tiny', source: 'random numbers', licence: 'MIT' });
  return openExportedFolder(folder);
}

async function decoder(model: string, source: Checkpoint): Promise<Decoder> {
  return new Decoder(ort, await ort.InferenceSession.create(model), source.config.kvHeads, source.config.headDim);
}

function largestDifference(a: Float32Array[], b: Float32Array[]): number {
  let worst = 0;
  expect(a.length).toBe(b.length);
  a.forEach((row, t) =>
    row.forEach((value, i) => (worst = Math.max(worst, Math.abs(value - (b[t]?.[i] ?? Infinity))))),
  );
  return worst;
}

describe.each(Object.entries(TINY_CONFIGS))('%s', (name, changes) => {
  const folder = (): string => join(root, `source-${name}`);
  let source: Checkpoint;
  let expected: Float32Array[];
  beforeAll(async () => {
    await writeTinyModel(folder(), changes);
    source = (await openCheckpoint(folder())).checkpoint;
    expected = await forward(source, IDS);
  });

  it('computes in fp32 what the definition specifies', async () => {
    const copy = await exported(source, 'fp32');
    const { rows } = await (await decoder(copy.model, source)).run(IDS, 0);
    expect(largestDifference(rows, expected)).toBeLessThan(2e-4);
    expect(await compareWeights(source, copy.checkpoint)).toMatchObject({
      exact: source.tensors.size,
      tensors: source.tensors.size,
    });
    await copy.close();
  });

  it('gives the same results token by token with its cache, and only the requested logits', async () => {
    const copy = await exported(source, 'fp32');
    const model = await decoder(copy.model, source);
    let step = await model.run(IDS.slice(0, 6), 2);
    expect(largestDifference(step.rows, expected.slice(4, 6))).toBeLessThan(2e-4);
    for (let t = 6; t < IDS.length; t++) {
      step = await model.run(IDS.slice(t, t + 1), 1, step.cache);
      expect(largestDifference(step.rows, expected.slice(t, t + 1))).toBeLessThan(2e-4);
    }
    await copy.close();
  });

  it.each([
    ['q4', 0.12],
    ['q8', 0.01],
  ] as const)('computes in %s what its own weights define', async (dtype, limit) => {
    const copy = await exported(source, dtype);
    const own = await forward(copy.checkpoint, IDS);
    const { rows } = await (await decoder(copy.model, source)).run(IDS, 0);
    expect(largestDifference(rows, own)).toBeLessThan(1e-3);
    const { relative } = await compareWeights(source, copy.checkpoint);
    expect(relative[0]?.error).toBeLessThan(limit);
    await copy.close();
  });

  it('passes through a GGUF file unchanged', async () => {
    const path = await toGguf(source, 'F32', name);
    const gguf = await openCheckpoint(path);
    expect([...gguf.checkpoint.tensors.keys()].sort()).toEqual([...source.tensors.keys()].sort());
    for (const tensor of source.tensors.keys())
      expect(await readTensor(gguf.checkpoint, tensor)).toEqual(await readTensor(source, tensor));
    await gguf.close();
  });
});

async function toGguf(source: Checkpoint, type: EncodableType | 'keep', name: string): Promise<string> {
  const folder = await mkdtemp(join(root, 'gguf-'));
  const file = await diskFolder(folder).create(`model.gguf`);
  await checkpointToGguf(source, file, { name, type });
  await file.close();
  // Models with a table of rotary factors or a window need their config.json; the metadata lacks both.
  if (source.config.ropeScaling.type === 'llama3' || source.config.windows.some((window) => window !== null)) {
    const config = await diskFolder(folder).create('config.json');
    await config.write(new TextEncoder().encode(source.files.get('config.json') ?? ''));
    await config.close();
  }
  return join(folder, 'model.gguf');
}

describe('GGUF blocks', () => {
  it.each([
    ['Q4_1', 'q4'],
    ['Q4_0', 'q4'],
    ['Q8_0', 'q8'],
  ] as const)('%s pass through an ONNX %s export bit by bit', async (type, dtype) => {
    const folder = join(root, `blocks-${type}`);
    await writeTinyModel(folder, { tie_word_embeddings: false }, 7);
    const plain = await openCheckpoint(folder);
    const gguf = await openCheckpoint(await toGguf(plain.checkpoint, type, type));
    const copy = await exported(gguf.checkpoint, dtype);
    const errors = await compareWeights(gguf.checkpoint, copy.checkpoint);
    expect(errors).toEqual({
      exact: gguf.checkpoint.tensors.size,
      tensors: gguf.checkpoint.tensors.size,
      relative: [],
    });
    if (type !== 'Q4_0') {
      for (const tensor of gguf.checkpoint.tensors.keys()) {
        expect(await copy.checkpoint.readStoredRows(tensor, 0, 1)).toEqual(
          await gguf.checkpoint.readStoredRows(tensor, 0, 1),
        );
      }
      const again = await openCheckpoint(await toGguf(copy.checkpoint, 'keep', 'again'));
      expect((await compareWeights(gguf.checkpoint, again.checkpoint)).relative).toEqual([]);
      await again.close();
    }
    await Promise.all([plain.close(), gguf.close(), copy.close()]);
  });

  it('have a file named after its contents, and no licence unless one was given', async () => {
    const folder = join(root, 'rows-of-80');
    await writeTinyModel(folder, {
      hidden_size: 80,
      num_attention_heads: 4,
      head_dim: 16,
      intermediate_size: 80,
      tie_word_embeddings: false,
    });
    const { checkpoint, close } = await openCheckpoint(folder);
    const write = async (dtype: string, more: object = {}) => {
      const out = join(root, `named-${dtype}-${Object.keys(more).length}`);
      const printed: string[] = [];
      await exportGgufFolder({
        source: checkpoint,
        out: ownFolder(out),
        dtype,
        name: 'tiny',
        licence: undefined,
        origin: '',
        sections: [],
        eightBits: () => false,
        check: true,
        print: (line) => printed.push(line),
        onProgress: () => undefined,
        signal: new AbortController().signal,
        ...more,
      });
      const [name = ''] = (await readdir(out)).filter((file) => file.endsWith('.gguf'));
      const file = await fileSource(join(out, name));
      const metadata = await readGgufMetadata(file);
      await file.close();
      return {
        name,
        printed: printed.join('\n'),
        type: metadata.get('general.file_type')?.value,
        licence: metadata.get('general.license')?.value,
      };
    };
    expect(await write('Q4_0')).toMatchObject({
      name: 'tiny.F16.gguf',
      type: 1,
      licence: undefined,
      printed: expect.stringContaining('are F16 instead of Q4_0') as string,
    });
    expect(await write('F16', { licence: 'MIT' })).toMatchObject({
      name: 'tiny.F16.gguf',
      type: 1,
      licence: 'mit',
      printed: expect.not.stringContaining('instead of') as string,
    });
    await close();
  });

  it('of a model that rotates only a part of each head are refused', async () => {
    const folder = join(root, 'partial-rope');
    await writeTinyModel(folder);
    const { checkpoint, close } = await openCheckpoint(folder);
    const file = await fileSource(await toGguf(checkpoint, 'F16', 'partial'));
    const header = await readGgufHeader(file);
    expect(configFromGguf(header, 'm.gguf')).toMatchObject({ head_dim: 16 });
    header.metadata.set('llama.rope.dimension_count', { type: 'u32', value: 8 });
    expect(() => configFromGguf(header, 'm.gguf')).toThrow(/rotates 8 of the 16 values/);
    await Promise.all([file.close(), close()]);
  });

  it('keeps the tokenizer in the metadata and rebuilds it from there', async () => {
    const folder = join(root, 'tokenizer');
    await writeTinyModel(folder);
    const plain = await openCheckpoint(folder);
    const gguf = await openCheckpoint(await toGguf(plain.checkpoint, 'F32', 'tokenizer'));
    const parse = (checkpoint: Checkpoint, file: string) =>
      JSON.parse(checkpoint.files.get(file) ?? 'null') as Record<string, Record<string, unknown>>;
    const [before, after] = [plain, gguf].map(({ checkpoint }) => parse(checkpoint, 'tokenizer.json'));
    expect(after?.pre_tokenizer).toEqual(before?.pre_tokenizer);
    expect(after?.added_tokens).toEqual(before?.added_tokens);
    expect(after?.model?.merges).toEqual(before?.model?.merges);
    expect(after?.model?.vocab).toMatchObject(before?.model?.vocab ?? {});
    expect(parse(gguf.checkpoint, 'tokenizer_config.json')).toMatchObject(
      parse(plain.checkpoint, 'tokenizer_config.json'),
    );
    await Promise.all([plain.close(), gguf.close()]);
  });
});

describe('an export', () => {
  it('lists every file with its size and hash, in shards of whole tensors', async () => {
    const folder = join(root, 'listed');
    await writeTinyModel(folder);
    const { checkpoint, close } = await openCheckpoint(folder);
    const out = join(root, 'listed-out');
    const manifest = await exportOnnx(checkpoint, diskFolder(out), {
      dtype: 'q4',
      name: 'tiny',
      source: 'random numbers',
      licence: 'MIT',
    });
    const files = (await readdir(out, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name);
    expect(
      manifest.files
        .map(({ path }) => path.split('/').at(-1))
        .concat('manifest.json')
        .sort(),
    ).toEqual(files.sort());
    await close();
  });
});
