import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { knownValues, SELF_TEST_TEXT } from '../../src/core/engine/self-test.ts';
import { LabError } from '../../src/core/error.ts';
import type { Checkpoint } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { EXPORT_FORMATS, type ExportDtype } from '../../src/core/formats/export/dtype.ts';
import { countParameters } from '../../src/core/formats/export/export.ts';
import {
  knownValuesSchema,
  MANIFEST_NAME,
  type KnownValues,
  type ModelManifest,
} from '../../src/core/formats/manifest.ts';
import { forward } from '../../src/core/formats/reference/forward.ts';
import { chatTokenizerOf } from '../../src/core/tokenizer/chat-tokenizer.ts';
import { onnxLogits } from './logits.ts';

/** Number of weights up to which the plain forward pass takes seconds. */
export const SMALL = 2e8;

/**
 * Adds to the manifest of an export what ONNX Runtime computes with it on the processor, for the self-test of other
 * devices.
 */
export async function writeKnownValues(folder: string, manifest: ModelManifest, source: Checkpoint): Promise<void> {
  const { io, suffix } = EXPORT_FORMATS[manifest.dtype as ExportDtype];
  const model = join(folder, `onnx/model${suffix}.onnx`);
  const selfTest = await valuesFrom(source, manifest.contextWindow, (ids) => onnxLogits(model, source.config, io, ids));
  if (!selfTest) return;
  const { files, ...about } = manifest;
  const complete: ModelManifest = { ...about, selfTest, files };
  await writeFile(join(folder, MANIFEST_NAME), `${JSON.stringify(complete, null, 2)}\n`);
}

/** What a model computes by a plain forward pass over its weights; undefined for large models. */
export async function computedValues(source: Checkpoint, signal?: AbortSignal): Promise<KnownValues | undefined> {
  if (countParameters(source) > SMALL) return undefined;
  return valuesFrom(source, source.config.contextLength, (ids) => forward(source, ids, signal));
}

/** Undefined for a model that cannot run the text: its tokenizer does not run here, or its context is too short. */
async function valuesFrom(
  { files, name }: Checkpoint,
  contextWindow: number,
  logits: (ids: number[]) => Promise<Float32Array[]>,
): Promise<KnownValues | undefined> {
  let ids: number[];
  try {
    ids = chatTokenizerOf(files, name).encode(SELF_TEST_TEXT);
  } catch (error) {
    if (error instanceof LabError) return undefined;
    throw error;
  }
  if (ids.length > contextWindow) return undefined;
  return knownValuesSchema.safeParse(knownValues(SELF_TEST_TEXT, ids, await logits(ids))).data;
}
