import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareChanges } from '../../src/core/training/merge/change.ts';
import { adapterManifestSchema, type AdapterManifest } from '../../src/core/training/merge/manifest.ts';
import { adapterTensors, initialAdapter, type LoraConfig } from '../../src/core/training/lora.ts';
import { readManifest, sha256Of } from '../../src/node/node-manifest.ts';
import { noise, writeTinyModel } from '../../tests/harness/tiny-model.ts';
import { exportCommand } from '../commands/export.ts';
import { inspectCommand } from '../commands/inspect.ts';
import { isAdapter, openAdapterPath } from '../files/open-adapter.ts';
import { openModel } from '../files/open-model.ts';
import { saveAdapter } from '../train/checkpoint.ts';
import { parseRunConfig } from '../train/config.ts';

const SIGNAL = new AbortController().signal;
const HEAD = 16;
const LORA: LoraConfig = { rank: 4, alpha: 8, dropout: 0.1, targets: ['q_proj', 'o_proj'], rankStabilized: true };
const TEMPLATE = "{% for m in messages %}{{ m['content'] }}{% endfor %}";

let root = '';
let model = '';
const place = (name: string): string => join(root, name);

async function writeAdapter(name: string, seed: number, lora: LoraConfig): Promise<void> {
  const { checkpoint, close } = await openModel({ path: model });
  const config = parseRunConfig({ model, out: root, data: { train: 'none' }, lora }, 'test');
  const tensors = adapterTensors(checkpoint.config, lora);
  const random = noise(seed);
  const weights = initialAdapter(tensors, () => 0.5 + random() / 4);
  for (const [tensor, values] of weights)
    if (tensor.includes('lora_B')) values.forEach((_, i) => (values[i] = random() / 10));
  await saveAdapter(place(name), { config, tensors, template: TEMPLATE }, weights);
  await close();
}

async function run(...args: string[]): Promise<string[]> {
  const lines: string[] = [];
  await exportCommand.run(args, (line) => lines.push(line), SIGNAL);
  return lines;
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'adapter-'));
  model = place('model');
  await writeTinyModel(model);
  await writeAdapter('first', 1, LORA);
  await writeAdapter('second', 2, {
    ...LORA,
    rank: 2,
    targets: ['q_proj', 'v_proj'],
    layers: [1],
    rankStabilized: false,
  });
  await run(
    '--in',
    model,
    '--adapter',
    place('first'),
    '--format',
    'gguf-lora',
    '--dtype',
    'Q8_0',
    '--out',
    place('q8'),
  );
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** How far the change of one adapter is from that of another. */
async function distance(expected: string, found: string): Promise<number> {
  const [one, two] = [await openAdapterPath(expected), await openAdapterPath(found)];
  try {
    return (await compareChanges(one.adapter, two.adapter, HEAD)).share;
  } finally {
    await Promise.all([one.close(), two.close()]);
  }
}

const manifestOf = async (name: string): Promise<AdapterManifest> =>
  adapterManifestSchema.parse(JSON.parse(await readFile(join(place(name), 'manifest.json'), 'utf8')));

describe('npm run trainer -- export --format gguf-lora', () => {
  it('writes an adapter with its manifest and card', async () => {
    expect((await readdir(place('q8'))).sort()).toEqual(['README.md', 'adapter.gguf', 'manifest.json']);
    const manifest = await manifestOf('q8');
    expect(manifest).toMatchObject({
      name: 'q8',
      rank: 4,
      alpha: 16,
      scaling: 4,
      targets: ['q_proj', 'o_proj'],
      dtype: 'Q8_0',
      dataset: 'not stated',
      chatTemplate: TEMPLATE,
      base: { id: 'model' },
    });
    expect(manifest.base.weights).toMatchObject([
      { path: 'model.safetensors', sha256: await sha256Of(join(model, 'model.safetensors')) },
    ]);
    expect(manifest.files.map(({ path }) => path)).toEqual(['README.md', 'adapter.gguf']);
    const card = await readFile(join(place('q8'), 'README.md'), 'utf8');
    expect(card).toContain('LoRA of rank 4, alpha 16 (scaling 4), on q_proj, o_proj');
    expect(card).toContain('4 of 8 matrices are F32, because blocks of Q8_0 do not divide their rows.');
    expect(await distance(place('first'), place('q8'))).toBeLessThan(0.02);
  });

  it('names the weight files of an exported base by its manifest', async () => {
    await run('--in', model, '--dtype', 'fp32', '--name', 'tiny', '--no-check', '--out', place('onnx'));
    await run(
      '--in',
      place('onnx'),
      '--adapter',
      place('q8'),
      '--format',
      'gguf-lora',
      '--dtype',
      'F16',
      '--out',
      place('again'),
    );
    const { base, selfTest } = await manifestOf('again');
    // For the self-test of devices, which run the exported base; another base has other weights.
    const alone = (await readManifest(place('onnx')))?.selfTest;
    expect(alone?.logprobs).toHaveLength((alone?.ids.length ?? 0) - 1);
    expect(selfTest?.ids).toEqual(alone?.ids);
    expect(selfTest?.logprobs).not.toEqual(alone?.logprobs);
    expect((await manifestOf('q8')).selfTest).toBeUndefined();
    expect(base.id).toBe('tiny');
    expect(base.weights.map(({ path }) => path)).toEqual(['onnx/model.onnx', 'onnx/model.onnx_data']);
    expect(await distance(place('q8'), place('again'))).toBeLessThan(0.01);
  });

  it('turns it into a PEFT folder and back without a loss', async () => {
    const to = (format: string, from: string, out: string) =>
      run('--in', model, '--adapter', place(from), '--format', format, '--dtype', 'F32', '--out', place(out));
    await to('gguf-lora', 'first', 'f32');
    await to('peft', 'f32', 'peft');
    await to('gguf-lora', 'peft', 'back');
    expect(await distance(place('first'), place('peft'))).toBeLessThan(1e-6);
    expect(await readFile(join(place('peft'), 'chat_template.jinja'), 'utf8')).toBe(TEMPLATE);
    expect(JSON.parse(await readFile(join(place('peft'), 'adapter_config.json'), 'utf8'))).toMatchObject({
      base_model_name_or_path: 'model',
      r: 4,
      lora_alpha: 16,
      target_modules: ['q_proj', 'o_proj'],
    });
    const [f32, back] = [await manifestOf('f32'), await manifestOf('back')];
    const hash = ({ files }: AdapterManifest): string | undefined =>
      files.find(({ path }) => path === 'adapter.gguf')?.sha256;
    // The name is in the file.
    expect(hash(back)).not.toBe(undefined);
    expect(await distance(place('f32'), place('back'))).toBe(0);
    expect(f32.alpha).toBe(back.alpha);
  });

  it('combines several into one that changes the model as all of them do', async () => {
    const options = ['--adapter', place('first'), '--adapter', `${place('second')}=-0.5`];
    const lines = await run('--in', model, ...options, '--format', 'peft', '--dtype', 'F32', '--out', place('sum'));
    expect(lines.at(-1)).toContain('sum');
    const [parts, whole] = [
      await openModel({ path: model, adapters: [place('first'), `${place('second')}=-0.5`] }),
      await openModel({ path: model, adapters: [place('sum')] }),
    ];
    expect([...whole.merged].sort()).toEqual([...parts.merged].sort());
    for (const name of parts.merged) {
      const rows = parts.base.tensors.get(name)?.shape[0] ?? 0;
      const read = async (from: typeof parts): Promise<Float32Array> => {
        const bytes = await from.checkpoint.readStoredRows(name, 0, rows);
        return new Float32Array(bytes.slice().buffer);
      };
      const [expected, found] = [await read(parts), await read(whole)];
      found.forEach((value, i) => expect(Math.abs(value - (expected[i] ?? NaN))).toBeLessThan(1e-5));
    }
    const { adapter, close } = await openAdapterPath(place('sum'));
    const ranks = [...adapter.modules].map(([module, { rank }]) => `${module.replace('model.layers.', '')} ${rank}`);
    expect(ranks.sort()).toEqual([
      '0.self_attn.o_proj 4',
      '0.self_attn.q_proj 4',
      '1.self_attn.o_proj 4',
      '1.self_attn.q_proj 6',
      '1.self_attn.v_proj 2',
    ]);
    await Promise.all([close(), parts.close(), whole.close()]);
  });

  it('cuts to a rank and says what that loses', async () => {
    const options = ['--format', 'gguf-lora', '--dtype', 'F32', '--rank', '2', '--out', place('cut')];
    const lines = await run('--in', model, '--adapter', place('first'), ...options);
    expect((await manifestOf('cut')).rank).toBe(2);
    const lost = await distance(place('first'), place('cut'));
    expect(lost).toBeGreaterThan(0.01);
    const said = /^It was cut from rank 4 to 2 by singular values, which loses ([\d.]+) %/.exec(lines.join('\n'))?.[1];
    expect(Math.abs(Number(said) / 100 - lost)).toBeLessThan(0.01);
    expect(await readFile(join(place('cut'), 'README.md'), 'utf8')).toContain(`loses ${said} % of the norm`);
  });

  it('takes over licence, data, representation and training notes, through PEFT as well', async () => {
    const notes = ['--adapter', place('first'), '--format', 'gguf-lora', '--dtype', 'F32', '--no-check'];
    await run('--in', model, ...notes, '--licence', 'CC BY-NC 4.0', '--data', 'ESConv', '--out', place('nc'));
    await run('--in', model, ...notes, '--licence', 'CC BY 4.0', '--data', 'Solace', '--out', place('by'));
    // As a card looks after a training.
    const card = await readFile(join(place('nc'), 'README.md'), 'utf8');
    const told = card.replace('| ESConv |', '| ESConv; utterances as keypos |');
    await mkdir(place('told'));
    await cp(join(place('nc'), 'adapter.gguf'), join(place('told'), 'adapter.gguf'));
    const training = '## What it was trained on\n\n- One epoch.\n\n## How it was made';
    await writeFile(join(place('told'), 'README.md'), told.replace('## How it was made', training));

    const to = (format: string, out: string, ...from: string[]) => {
      const adapters = from.flatMap((name) => ['--adapter', place(name)]);
      return run('--in', model, ...adapters, '--format', format, '--dtype', 'F32', '--no-check', '--out', place(out));
    };
    await to('peft', 'told-peft', 'told');
    const peft = await readFile(join(place('told-peft'), 'README.md'), 'utf8');
    expect(peft).toContain('| Licence | CC BY-NC 4.0 |');
    expect(peft).toContain('- One epoch.');
    await to('gguf-lora', 'told-again', 'told-peft');
    const again = await manifestOf('told-again');
    expect(again).toMatchObject({ licence: 'CC BY-NC 4.0', dataset: 'ESConv', representation: 'keypos' });
    expect(await readFile(join(place('told-again'), 'README.md'), 'utf8')).toContain('- One epoch.');

    await to('gguf-lora', 'both', 'by', 'nc');
    const both = await manifestOf('both');
    expect(both.licence).toMatch(/^CC BY-NC 4\.0\. This is the strictest; .*by: CC BY 4\.0/);
    expect(both.dataset).toBe('Solace / ESConv');
    // The file alone states the licence as well.
    await cp(join(place('nc'), 'adapter.gguf'), place('alone.gguf'));
    await to('gguf-lora', 'from-file', 'alone.gguf');
    expect((await manifestOf('from-file')).licence).toBe('cc by-nc 4.0');
  });

  it('refuses a rank that cuts nothing, and one for a whole model', async () => {
    const to = (format: string, dtype: string) =>
      run(
        '--in',
        model,
        '--adapter',
        place('first'),
        '--format',
        format,
        '--dtype',
        dtype,
        '--rank',
        '8',
        '--out',
        place('no'),
      );
    await expect(to('gguf-lora', 'F32')).rejects.toThrow(/has the rank 4, so there is nothing to cut to 8/);
    await expect(to('onnx', 'fp32')).rejects.toThrow(/the format onnx is that of a whole model/);
  });

  it('refuses to write no adapter, and one that does not fit', async () => {
    const other = place('other');
    await writeTinyModel(other, { num_hidden_layers: 1 });
    const out = ['--format', 'gguf-lora', '--dtype', 'F32', '--out', place('none')];
    await expect(run('--in', model, ...out)).rejects.toThrow(/none is given/);
    await expect(run('--in', other, '--adapter', place('q8'), ...out)).rejects.toThrow(/no module "model.layers.1/);
    await expect(run('--in', model, '--adapter', place('missing'), ...out)).rejects.toThrow(/Check --adapter/);
    await expect(run('--in', place('q8'), '--adapter', place('q8'), ...out)).rejects.toThrow(/adapter, not a model/);
    expect((await readdir(root)).filter((name) => name.startsWith('none'))).toEqual([]);
  });

  it('does not use one that was changed', async () => {
    await cp(place('q8'), place('changed'), { recursive: true });
    await appendFile(join(place('changed'), 'adapter.gguf'), 'x');
    await expect(openAdapterPath(place('changed'))).rejects.toThrow(/the manifest says/);
  });
});

it('inspect describes an adapter in any of its places', async () => {
  for (const path of [place('q8'), join(place('q8'), 'adapter.gguf'), place('first')]) {
    expect(await isAdapter(path)).toBe(true);
    const lines: string[] = [];
    await inspectCommand.run([path], (line) => lines.push(line), SIGNAL);
    expect(lines.join('\n')).toMatch(/model.layers.1.self_attn.q_proj.lora_B {2}rank 4, scaling 4/);
    expect(lines.join('\n')).toContain(TEMPLATE);
  }
  expect(await isAdapter(model)).toBe(false);
});
