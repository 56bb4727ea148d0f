import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { asGguf, asMlc, asOnnx, model, open, useExportFolders } from './testing/tiny-exports.ts';
import { verifyCopy } from './verify.ts';

useExportFolders();

describe('the check after an export', () => {
  it('finds a tensor that the copy lacks', async () => {
    const source = await open(await model());
    const copy = { ...source, tensors: new Map([...source.tensors].filter(([name]) => name !== 'model.norm.weight')) };
    await expect(verifyCopy(source, copy, () => undefined)).rejects.toThrow(/lacks model\.norm\.weight/);
  });

  it.each([
    ['chat template', { 'tokenizer_config.json': { chat_template: 'other' } }, {}],
    ['rope theta', {}, { rope_theta: 7 }],
    ['rope scaling', {}, { rope_scaling: { type: 'linear', factor: 2 } }],
    ['end tokens', {}, { eos_token_id: 3 }],
    ['first token', { 'tokenizer_config.json': { add_bos_token: true } }, {}],
    ['sliding windows', {}, { model_type: 'mistral', sliding_window: 9 }],
  ])('finds a different %s', async (name, files, config) => {
    await expect(
      verifyCopy(await open(await model()), await open(await model(config, files)), () => undefined),
    ).rejects.toThrow(`the ${name} is`);
  });

  it('blames a source with values that are not finite', async () => {
    const source = await open(await model());
    const sick: Checkpoint = {
      ...source,
      async readStoredRows(name, ...rows) {
        const bytes = await source.readStoredRows(name, ...rows);
        if (name === 'model.norm.weight') new DataView(bytes.buffer, bytes.byteOffset).setFloat32(8, NaN, true);
        return bytes;
      },
    };
    for (const run of [() => asOnnx(sick), () => asGguf(sick), () => asMlc(sick)])
      await expect(run()).rejects.toThrow(/source itself contains NaN in model\.norm/);
  });
});
