import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTensor, type Checkpoint } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { chatTemplate } from '../../src/core/formats/checkpoint/template.ts';
import { forward } from '../../src/core/formats/reference/forward.ts';
import { checkpointToSafetensors } from '../../src/core/formats/safetensors/from-checkpoint.ts';
import { addProduct } from '../../src/core/formats/simd/product.ts';
import { adapterTensors, initialAdapter, type LoraConfig } from '../../src/core/training/lora.ts';
import type { Sequence } from '../../src/core/training/sequence.ts';
import { noise, writeTinyModel } from '../../tests/harness/tiny-model.ts';
import { exportCommand } from '../commands/export.ts';
import { inspectCommand } from '../commands/inspect.ts';
import { mergeCommand } from '../commands/merge.ts';
import { compareWeights } from '../export/compare.ts';
import { openCheckpoint } from '../files/open.ts';
import { diskFolder } from '../files/sink.ts';
import { saveAdapter } from '../train/checkpoint.ts';
import { parseRunConfig } from '../train/config.ts';
import { modelLoss } from '../train/perplexity.ts';
import { openModel, parseAdapterOption } from '../files/open-model.ts';
import { runtimeProduct } from './product.ts';

const SIGNAL = new AbortController().signal;
const print = (): void => undefined;
const LORA: LoraConfig = { rank: 4, alpha: 8, dropout: 0, targets: ['q_proj', 'v_proj'], rankStabilized: false };
const TEMPLATE = "{% for m in messages %}{{ m['content'] }}{% endfor %}";

let root = '';
let model = '';
const paths = (...names: string[]): string[] => names.map((name) => join(root, name));
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'merge-'));
  model = join(root, 'model');
  await writeTinyModel(model);
  const { checkpoint, close } = await openCheckpoint(model);
  const config = parseRunConfig({ model, out: root, data: { train: 'none' }, lora: LORA }, 'test');
  const tensors = adapterTensors(checkpoint.config, LORA);
  for (const [seed, name] of ['first', 'second'].entries()) {
    const random = noise(seed + 1);
    const weights = initialAdapter(tensors, () => 0.5 + random() / 4);
    for (const [tensor, values] of weights)
      if (tensor.includes('lora_B')) values.forEach((_, i) => (values[i] = random() / 10));
    await saveAdapter(join(root, name), { config, tensors, template: TEMPLATE }, weights);
  }
  await close();
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function weightsOf(path: string): Promise<Map<string, Float32Array>> {
  const { checkpoint, close } = await openModel({ path });
  const all = new Map<string, Float32Array>();
  for (const name of checkpoint.tensors.keys()) all.set(name, await readTensor(checkpoint, name));
  await close();
  return all;
}

/** Opens the base with adapters while `use` runs. */
async function withMerged<T>(adapters: string[], use: (checkpoint: Checkpoint) => Promise<T>): Promise<T> {
  const { checkpoint, close } = await openModel({ path: model, adapters });
  try {
    return await use(checkpoint);
  } finally {
    await close();
  }
}

describe('npm run trainer -- merge', () => {
  it('writes a folder with the weighted sum and the chat template of the adapters', async () => {
    const [first, second, out] = paths('first', 'second', 'merged') as [string, string, string];
    await mergeCommand.run(
      ['--base', model, '--adapter', first, '--adapter', `${second}=-0.5`, '--out', out],
      print,
      SIGNAL,
    );
    const merged = await weightsOf(out);
    const [base, one, two] = [
      await weightsOf(model),
      await withMerged([first], collect),
      await withMerged([second], collect),
    ];
    for (const [name, values] of merged) {
      values.forEach((value, i) => {
        const w = base.get(name)?.[i] ?? NaN;
        const expected = w + ((one.get(name)?.[i] ?? NaN) - w) - 0.5 * ((two.get(name)?.[i] ?? NaN) - w);
        expect(Math.abs(value - expected)).toBeLessThan(1e-5);
      });
    }
    expect(await readFile(join(out, 'chat_template.jinja'), 'utf8')).toBe(TEMPLATE);
    const copy = await openCheckpoint(out);
    expect(chatTemplate(copy.checkpoint.files)).toBe(TEMPLATE);
    await copy.close();
  });

  async function collect(checkpoint: Checkpoint): Promise<Map<string, Float32Array>> {
    const all = new Map<string, Float32Array>();
    for (const name of checkpoint.tensors.keys()) all.set(name, await readTensor(checkpoint, name));
    return all;
  }

  it.each(['f16', 'bf16'])('also works in %s, within its rounding', async (dtype) => {
    const [first, out] = paths('first', dtype) as [string, string];
    await mergeCommand.run(['--base', model, '--adapter', first, '--dtype', dtype, '--out', out], print, SIGNAL);
    expect(JSON.parse(await readFile(join(out, 'config.json'), 'utf8'))).toMatchObject({
      torch_dtype: dtype === 'f16' ? 'float16' : 'bfloat16',
    });
  });

  it('splits the weights into shards with an index', async () => {
    const out = join(root, 'parts');
    const { checkpoint, close } = await openCheckpoint(model);
    await checkpointToSafetensors(checkpoint, diskFolder(out), { type: 'F32', partBytes: 100_000 });
    expect((await readdir(out)).filter((name) => name.endsWith('.safetensors')).length).toBeGreaterThan(2);
    const copy = await openCheckpoint(out);
    expect(await compareWeights(checkpoint, copy.checkpoint)).toMatchObject({
      exact: checkpoint.tensors.size,
      tensors: checkpoint.tensors.size,
    });
    await Promise.all([close(), copy.close()]);
  });

  it('leaves nothing behind when an adapter does not fit', async () => {
    const [first, other, out] = paths('first', 'other', 'none') as [string, string, string];
    await writeTinyModel(other, { num_hidden_layers: 1 });
    await expect(mergeCommand.run(['--base', other, '--adapter', first, '--out', out], print, SIGNAL)).rejects.toThrow(
      /no module "model.layers.1.self_attn.q_proj"/,
    );
    await expect(
      mergeCommand.run(['--base', join(root, 'nowhere'), '--adapter', first, '--out', out], print, SIGNAL),
    ).rejects.toThrow(/Check --base/);
    await expect(mergeCommand.run(['--base', model, '--adapter', model, '--out', out], print, SIGNAL)).rejects.toThrow(
      /adapter_config.json is missing/,
    );
    expect((await readdir(root)).filter((name) => name.startsWith('none'))).toEqual([]);
  });

  it('asks for a template when the adapters have different ones', async () => {
    const [first, second, odd] = paths('first', 'second', 'odd') as [string, string, string];
    await cp(second, odd, { recursive: true });
    await writeFile(join(odd, 'chat_template.jinja'), 'other');
    await expect(openModel({ path: model, adapters: [first, odd] })).rejects.toThrow(/different chat templates/);
    const opened = await openModel({
      path: model,
      adapters: [first, odd],
      template: join(first, 'chat_template.jinja'),
    });
    expect(chatTemplate(opened.checkpoint.files)).toBe(TEMPLATE);
    await opened.close();
  });

  it('parses weights of adapters, unless a folder has the whole name', async () => {
    expect(await parseAdapterOption('a/b')).toEqual({ path: 'a/b', weight: 1 });
    expect(await parseAdapterOption('a=b=-1.5e-1')).toEqual({ path: 'a=b', weight: -0.15 });
    await expect(parseAdapterOption('a=1.2.3')).rejects.toThrow(/weight 1.2.3/);
    await expect(parseAdapterOption('solace=abc')).rejects.toThrow(/abc, which is not a number/);
    expect((await parseAdapterOption('solace=0.5')).path).toMatch(/public.adapters.solace.?$/);
    expect(await parseAdapterOption('solace')).toMatchObject({ weight: 1 });
    const folder = join(root, 'lr=2e-4');
    await mkdir(folder);
    expect(await parseAdapterOption(folder)).toEqual({ path: folder, weight: 1 });
    expect(await parseAdapterOption(`${folder}=0.5`)).toEqual({ path: folder, weight: 0.5 });
  });
});

describe('exports of merged models', () => {
  it.each([
    ['onnx', 'q4', '8', 'Q8_0'],
    ['onnx', 'q4', '4', 'Q4_1'],
    ['gguf', 'Q4_1', '8', 'Q8_0'],
    ['gguf', 'Q4_0', '4', 'Q4_0'],
    ['gguf', 'F16', '8', 'F16'],
    ['gguf', 'Q8_0', '8', 'Q8_0'],
  ])('%s %s have %s bits for what the adapter changed', async (format, dtype, bits, expected) => {
    const [first, out] = paths('first', `${format}-${dtype}-${bits}`) as [string, string];
    await exportCommand.run(
      ['--in', model, '--adapter', first, '--format', format, '--dtype', dtype, '--adapted-bits', bits, '--out', out],
      print,
      SIGNAL,
    );
    const { checkpoint, close } = await openModel({ path: out });
    expect(checkpoint.tensors.get('model.layers.1.self_attn.q_proj.weight')?.type).toBe(expected);
    const fourBits = dtype.toUpperCase().startsWith('Q4');
    if (fourBits) expect(checkpoint.tensors.get('model.layers.1.mlp.up_proj.weight')?.type).toMatch(/^Q4/);
    expect(chatTemplate(checkpoint.files)).toBe(TEMPLATE);
    await withMerged([first], async (merged) => {
      const { relative } = await compareWeights(merged, checkpoint);
      for (const { error, nearest } of relative) if (nearest !== undefined) expect(error).toBeLessThanOrEqual(nearest);
    });
    await close();
  });
});

describe('modelLoss', () => {
  const sequence: Sequence = {
    id: 'one',
    ids: Int32Array.of(5, 17, 256, 90, 201, 33, 33, 257, 8),
    positions: Int32Array.from({ length: 9 }, (_, i) => i),
    branches: new Int32Array(9),
    labelled: Uint8Array.of(0, 0, 1, 1, 0, 0, 1, 1, 1),
  };

  it('gives the mean loss of a plain forward pass, with adapters merged', async () => {
    await withMerged([join(root, 'first')], async (checkpoint) => {
      const logits = await forward(checkpoint, [...sequence.ids]);
      const losses = [...sequence.labelled].flatMap((flag, i) => {
        const row = logits[i - 1];
        return flag && row
          ? [Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0)) - (row[sequence.ids[i] ?? 0] ?? NaN)]
          : [];
      });
      const { loss, labels } = await modelLoss(checkpoint, [sequence], { device: 'cpu', threads: 1 });
      expect(labels).toBe(5);
      expect(Math.abs(loss - losses.reduce((a, b) => a + b, 0) / 5)).toBeLessThan(1e-4);
    });
  });
});

describe('runtimeProduct', () => {
  it('gives the same result as plain loops', async () => {
    const random = noise(3);
    const make = (count: number): Float32Array => Float32Array.from({ length: count }, random);
    const [left, right, into] = [make(7 * 4), make(4 * 33), make(7 * 33)];
    const expected = into.slice();
    addProduct(expected, left, right, 4, null);
    const { add, close } = await runtimeProduct();
    await add(into, left, right, 4);
    into.forEach((value, i) => expect(Math.abs(value - (expected[i] ?? NaN))).toBeLessThan(1e-5));
    await close();
  });
});

describe('npm run trainer -- inspect', () => {
  it('prints the settings and tensors of an adapter', async () => {
    const lines: string[] = [];
    await inspectCommand.run(['--in', join(root, 'first')], (line) => lines.push(line), SIGNAL);
    const text = lines.join('\n');
    expect(text).toContain('model.layers.1.self_attn.v_proj');
    expect(text).toMatch(/rank 4, alpha 8/);
    expect(text).toContain(TEMPLATE);
  });
});
