import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MLC_DTYPES } from '../../src/core/formats/mlc/format.ts';
import { indexSchema } from '../../src/core/formats/mlc/index-file.ts';
import { TINY_CONFIGS, writeTinyModel } from '../../tests/harness/tiny-model.ts';
import { openCheckpoint } from '../files/open.ts';
import { ownFolder } from '../files/output.ts';
import { exportMlcFolder, verifyMlc } from './mlc.ts';

let root = '';
beforeAll(async () => void (root = await mkdtemp(join(tmpdir(), 'solace-mlc-'))));
afterAll(() => rm(root, { recursive: true, force: true }));

const SUPPORTED = ['Llama, tied', 'Mistral with a sliding window', 'Qwen2 with biases'];

describe.each(SUPPORTED)('%s', (name) => {
  it.each(MLC_DTYPES)('exports to %s and reads back within the format’s error', async (dtype) => {
    const folder = join(root, name.replaceAll(/\W+/g, '-'));
    await writeTinyModel(folder, TINY_CONFIGS[name]);
    const { checkpoint, close } = await openCheckpoint(folder);
    const out = `${folder}-${dtype}`;
    const lines: string[] = [];
    await exportMlcFolder(checkpoint, ownFolder(out), {
      dtype,
      check: true,
      print: (line) => lines.push(line),
      onProgress: () => undefined,
    });
    const exact = /Weights: (\d+) of (\d+)/.exec(lines.join('\n'));
    if (dtype === 'q0f32') expect(exact?.[1]).toBe(exact?.[2]);
    else expect(Number(/mean (\S+),/.exec(lines.join('\n'))?.[1])).toBeLessThan(dtype === 'q0f16' ? 5e-4 : 0.12);
    const config = JSON.parse(await readFile(join(out, 'mlc-chat-config.json'), 'utf8')) as Record<string, unknown>;
    expect(config).toMatchObject({ quantization: dtype, vocab_size: 300, conv_template: { name: 'chatml' } });
    // Exactly one of the two is set: web-llm refuses anything else.
    expect([config['context_window_size'], config['sliding_window_size']].filter((size) => size !== -1)).toHaveLength(
      1,
    );
    await close();
  });
});

describe('a weight folder', () => {
  it('is rejected when one of its bytes changes', async () => {
    const folder = join(root, 'broken');
    await writeTinyModel(folder);
    const { checkpoint, close } = await openCheckpoint(folder);
    const out = `${folder}-mlc`;
    await exportMlcFolder(checkpoint, ownFolder(out), {
      dtype: 'q4f16_1',
      check: false,
      print: () => undefined,
      onProgress: () => undefined,
    });
    const index = indexSchema.parse(JSON.parse(await readFile(join(out, 'tensor-cache.json'), 'utf8')));
    expect(await readFile(join(out, 'ndarray-cache.json'), 'utf8')).toBe(
      await readFile(join(out, 'tensor-cache.json'), 'utf8'),
    );
    const path = join(out, index.records[0]?.dataPath ?? '');
    const bytes = await readFile(path);
    bytes[5] = (bytes[5] ?? 0) ^ 0x70;
    await writeFile(path, bytes);
    await expect(verifyMlc(checkpoint, out, 'q4f16_1', () => undefined)).rejects.toThrow(/where the source has/);
    await close();
  });
});
