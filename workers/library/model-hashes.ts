import type { ModelFiles } from '../../src/core/engine/files.ts';
import type { ModelRecord } from '../../src/core/engine/record.ts';
import { adapterPaths } from '../../src/browser/model-store/adapter-parts.ts';
import { hashBlob } from '../../src/browser/model-store/digest.ts';
import type { ModelHashes } from '../../src/core/evaluation/provenance.ts';
import { filesHash, isWeightFile } from '../../src/core/evaluation/weights.ts';
import { TOKENIZER_FILES } from '../../src/core/formats/checkpoint/side-files.ts';
import { adapterFiles, recordFiles } from '../engine/record-files.ts';

/** SHA-256 of the weights and of the tokenizer of a model; null for formats without a list of files. */
export async function hashesOf(record: ModelRecord, base: string): Promise<ModelHashes | null> {
  if (record.format !== 'onnx' && record.format !== 'adapter') return null;
  const hashed = async (files: ModelFiles, paths: readonly string[]) =>
    filesHash(
      await Promise.all(
        files.list
          .filter(({ path }) => paths.includes(path))
          .map(async ({ path, sha256 }) => ({ path, sha256: sha256 ?? (await hashBlob(await files.open(path))) })),
      ),
    );
  const weights = await recordFiles(record.format === 'adapter' ? record.base : record, base, {});
  const own = {
    base: await hashed(
      weights,
      weights.list.filter(isWeightFile).map(({ path }) => path),
    ),
  };
  const tokenizer = await hashed(weights, TOKENIZER_FILES);
  if (record.format === 'onnx') return { weights: own, tokenizer };
  const files = await adapterFiles(record, base, {});
  return { weights: { ...own, adapter: await hashed(files, adapterPaths(files)) }, tokenizer };
}
