import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Checkpoint, readTensor } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { chatTemplate } from '../../src/core/formats/checkpoint/template.ts';
import { tokenizerFacts } from '../../src/core/formats/checkpoint/tokenizer-facts.ts';
import { checkpointToSafetensors } from '../../src/core/formats/safetensors/from-checkpoint.ts';
import { TINY_CONFIGS } from '../../tests/harness/tiny-model.ts';
import { openModel } from '../files/open-model.ts';
import { diskFolder } from '../files/sink.ts';
import { asGguf, asMlc, asOnnx, model, newFolder, open, useExportFolders } from './testing/tiny-exports.ts';

useExportFolders();

const CHATML = "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}";
const FILE = `{# from the file #}${CHATML}`;

describe('the chat template', () => {
  it.each([
    ['a file in preference to an older inline one', CHATML],
    ['a file next to a null template', null],
  ])('is %s, in every format', async (_, inline) => {
    const source = await open(
      await model({}, { 'tokenizer_config.json': { chat_template: inline }, 'chat_template.jinja': FILE }),
    );
    expect(chatTemplate(source.files)).toBe(FILE);
    expect(chatTemplate((await asOnnx(source)).files)).toBe(FILE);
    expect((await asGguf(source)).value('tokenizer.chat_template')).toBe(FILE);
    const folder = newFolder('copy');
    await checkpointToSafetensors(source, diskFolder(folder), { type: 'F32' });
    expect(chatTemplate((await open(folder)).files)).toBe(FILE);
  });

  it('is the one named default among several', async () => {
    const list = [
      { name: 'tool_use', template: 'no' },
      { name: 'default', template: CHATML },
    ];
    expect(
      chatTemplate((await open(await model({}, { 'tokenizer_config.json': { chat_template: list } }))).files),
    ).toBe(CHATML);
  });

  it.each(['tokenizer_config.json', 'chat_template.jinja'])('is the adapter’s own, from its %s', async (name) => {
    const base = await model({}, { 'chat_template.jinja': CHATML });
    const adapter = newFolder('adapter');
    await writeAdapter(adapter, await open(base));
    await writeFile(join(adapter, name), name.endsWith('.jinja') ? FILE : JSON.stringify({ chat_template: FILE }));
    const { checkpoint, close } = await openModel({ path: base, adapters: [adapter] });
    expect(chatTemplate(checkpoint.files)).toBe(FILE);
    await close();
  });
});

async function writeAdapter(folder: string, { config }: Checkpoint): Promise<void> {
  const { adapterTensors, initialAdapter } = await import('../../src/core/training/lora.ts');
  const { adapterStream } = await import('../../src/core/training/plan.ts');
  const { saveAdapter } = await import('../train/checkpoint.ts');
  const { parseRunConfig } = await import('../train/config.ts');
  const run = parseRunConfig({ model: 'tiny', out: folder, data: { train: 'x' }, lora: { rank: 2 } }, 'test');
  const tensors = adapterTensors(config, run.lora);
  await saveAdapter(folder, { config: run, tensors, template: undefined }, initialAdapter(tensors, adapterStream(1)));
}

describe('the output matrix', () => {
  const settings = { written: { tie_word_embeddings: false }, tie_word_embeddings: true };

  it('is the one in the file if it differs from the embedding, whatever config.json says', async () => {
    const source = await open(await model(settings));
    expect(source.config.tied).toBe(false);
    expect(source.notes?.join()).toMatch(/output matrix/);
    const head = await readTensor(source, 'lm_head.weight');
    const onnx = await asOnnx(source);
    expect(await readTensor(onnx, 'lm_head.weight')).toEqual(head);
    expect((await asGguf(source)).copy.tensors.has('lm_head.weight')).toBe(true);
    expect((await asMlc(source)).config.model_config['tie_word_embeddings']).toBe(false);
    const folder = newFolder('copy');
    await checkpointToSafetensors(source, diskFolder(folder), { type: 'F32' });
    expect(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))).toMatchObject({
      tie_word_embeddings: false,
    });
    expect(await readTensor(await open(folder), 'lm_head.weight')).toEqual(head);
  });

  it('is the embedding if both are equal', async () => {
    const source = await open(await model());
    const twice = {
      ...source,
      config: { ...source.config, tied: false },
      tensors: new Map([
        ...source.tensors,
        ['lm_head.weight', source.tensors.get('model.embed_tokens.weight')],
      ] as never),
    } as Checkpoint;
    const readStoredRows: Checkpoint['readStoredRows'] = (name, ...rows) =>
      source.readStoredRows(name === 'lm_head.weight' ? 'model.embed_tokens.weight' : name, ...rows);
    const folder = newFolder('copy');
    await checkpointToSafetensors({ ...twice, readStoredRows }, diskFolder(folder), { type: 'F32' });
    const again = await open(folder);
    expect(again.config.tied).toBe(true);
    expect(again.tensors.has('lm_head.weight')).toBe(false);
  });
});

describe('rope scaling', () => {
  const llama3 = {
    rope_type: 'llama3',
    factor: 8,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 16,
  };

  it.each([
    ['rope_parameters', { rope_theta: undefined, rope_parameters: { ...llama3, rope_theta: 5000 } }],
    ['rope_scaling', { rope_theta: 5000, rope_scaling: llama3 }],
  ])('reaches MLC from %s', async (_, config) => {
    const { model_config: made } = (await asMlc(await open(await model(config)))).config;
    expect(made).toMatchObject({ rope_scaling: llama3, position_embedding_base: 5000 });
  });

  it('reaches a GGUF and an ONNX folder', async () => {
    const source = await open(
      await model({ rope_theta: undefined, rope_parameters: { rope_type: 'linear', factor: 4, rope_theta: 5000 } }),
    );
    expect((await asGguf(source)).copy.config).toMatchObject({
      ropeScaling: { type: 'linear', factor: 4 },
      ropeTheta: 5000,
    });
    expect((await asOnnx(source)).config).toMatchObject({
      ropeScaling: { type: 'linear', factor: 4 },
      ropeTheta: 5000,
    });
  });
});

it('refuses rope parameters per kind of layer, which these architectures do not support', async () => {
  const rope = {
    full_attention: { rope_type: 'linear', factor: 8, rope_theta: 1e6 },
    sliding_attention: { rope_type: 'default', rope_theta: 1e4 },
  };
  const opened = model({ rope_theta: undefined, rope_parameters: rope }).then(open);
  await expect(opened).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining('full_attention') as string,
  });
});

describe('end tokens', () => {
  it('of generation_config.json and of config.json reach every format', async () => {
    const source = await open(
      await model({ eos_token_id: 257 }, { 'generation_config.json': { eos_token_id: [257, 12] } }),
    );
    expect(source.config.eosTokenIds).toEqual([257, 12]);
    expect((await asGguf(source)).copy.config.eosTokenIds).toEqual([257, 12]);
    expect((await asMlc(source)).config).toMatchObject({
      eos_token_id: [257, 12],
      conv_template: { stop_token_ids: [257, 12] },
    });
    expect((await asOnnx(source)).config.eosTokenIds).toEqual([257, 12]);
  });

  it('include the one that ends the template’s turns, with a note', async () => {
    const source = await open(
      await model({ eos_token_id: 256 }, { 'tokenizer_config.json': { eos_token: '<|im_start|>' } }),
    );
    expect(source.config.eosTokenIds).toEqual([256, 257]);
    expect(source.notes?.join()).toContain('<|im_end|> (257)');
    const { copy } = await asGguf(source);
    expect(copy.config.eosTokenIds).toEqual([256, 257]);
    const folder = newFolder('copy');
    await checkpointToSafetensors(source, diskFolder(folder), { type: 'F32' });
    expect(JSON.parse(await readFile(join(folder, 'generation_config.json'), 'utf8'))).toEqual({
      eos_token_id: [256, 257],
    });
  });
});

describe('the first token', () => {
  const processor = {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '<|im_start|>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [],
    special_tokens: {},
  };

  it.each([
    ['a template', processor, undefined, true],
    ['a template in a sequence', { type: 'Sequence', processors: [{ type: 'ByteLevel' }, processor] }, undefined, true],
    ['a template that the settings switch off', processor, false, false],
    ['the settings', null, true, true],
    ['nothing', null, undefined, false],
  ])('is written into a GGUF for %s', async (_, post_processor, add_bos_token, wanted) => {
    const source = await open(
      await model({}, { 'tokenizer.json': { post_processor }, 'tokenizer_config.json': { add_bos_token } }),
    );
    const { value, copy } = await asGguf(source);
    expect(value('tokenizer.ggml.add_bos_token')).toBe(wanted);
    expect(value('tokenizer.ggml.bos_token_id')).toBe(256);
    expect(tokenizerFacts(copy.files).begins).toBe(wanted ? 256 : undefined);
  });
});

describe('a sliding window', () => {
  it.each(['Mistral with a sliding window', 'Qwen2 with a window from the second layer on'])(
    'ends the context of a GGUF: %s',
    async (name) => {
      const source = await open(await model(TINY_CONFIGS[name]));
      const { copy, lines } = await asGguf(source);
      expect(copy.config.contextLength).toBe(name.startsWith('Mistral') ? 5 : 4);
      expect(lines.join('\n')).toContain('no sliding window');
    },
  );

  it('of Qwen2 ends the context of MLC, that of Mistral is kept', async () => {
    const qwen = await asMlc(await open(await model(TINY_CONFIGS['Qwen2 with a window from the second layer on'])));
    expect(qwen.config).toMatchObject({ context_window_size: 4, sliding_window_size: -1 });
    expect(qwen.lines.join('\n')).toContain('no sliding window');
    const mistral = await asMlc(await open(await model(TINY_CONFIGS['Mistral with a sliding window'])));
    expect(mistral.config).toMatchObject({ context_window_size: -1, sliding_window_size: 5 });
  });
});

describe('weight files', () => {
  it.each(['consolidated.safetensors', 'adapter_model.safetensors'])('do not include %s next to them', async (name) => {
    const folder = await model();
    await copyFile(join(folder, 'model.safetensors'), join(folder, name));
    expect((await open(folder)).tensors.size).toBeGreaterThan(10);
  });

  it('are those in the index', async () => {
    const folder = newFolder('parts');
    await checkpointToSafetensors(await open(await model()), diskFolder(folder), { type: 'F32', partBytes: 60_000 });
    const [part = ''] = (await readdir(folder)).filter((name) => name.startsWith('model-00001'));
    await copyFile(join(folder, part), join(folder, 'other.safetensors'));
    await writeFile(join(folder, 'consolidated.safetensors'), 'not read');
    expect((await open(folder)).tensors.size).toBeGreaterThan(10);
    await rm(join(folder, part));
    await expect(open(folder)).rejects.toMatchObject({ code: 'missing-file' });
  });
});
