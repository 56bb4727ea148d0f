import { LabError } from '../../error.ts';
import type { SideFiles } from '../checkpoint/checkpoint.ts';
import { parseJson } from '../../json.ts';
import { CARRIED_WITH_ENCODER, MODEL_REQUIRED } from '../checkpoint/side-files.ts';
import { modelCard } from '../export/card.ts';
import { type FolderSink, writeFile, type WrittenFile } from '../export/sink.ts';
import { MANIFEST_NAME, type ModelManifest } from '../manifest.ts';
import { encodeModel } from '../onnx/index.ts';
import type { ByteSource } from '../source.ts';
import { buildEncoder, type EncoderDtype } from './build.ts';
import { parseEncoderConfig } from './config.ts';
import { countEncoderParameters, openEncoderWeights } from './weights.ts';

/** The graph of each dtype, under the names that transformers.js expects. */
const ENCODER_GRAPHS: Record<EncoderDtype, string> = {
  fp32: 'onnx/model.onnx',
  q8: 'onnx/model_quantized.onnx',
};

export interface EncoderExportOptions {
  dtype: EncoderDtype;
  name: string;
  /** The source of the weights, a sentence for the model card. */
  source: string;
  /** SPDX name, e.g. `Apache-2.0`. */
  licence: string;
}

const NOTES: Record<EncoderDtype, string> = {
  fp32: 'All weights are 32-bit floats.',
  q8:
    'Word embeddings take 8 bits in groups of 64, matrices 12 bits per weight with one scale per row, positions ' +
    '16-bit floats.',
};

/**
 * Writes a BERT encoder as a folder that the lab and transformers.js load: config, tokenizer, graph, manifest and card.
 * `weights` is its safetensors file.
 * @throws {LabError} `missing-file` without config or tokenizer; `bad-config` when these and the weights do not match
 * together.
 */
export async function exportEncoder(
  weights: ByteSource,
  files: SideFiles,
  folder: FolderSink,
  options: EncoderExportOptions,
): Promise<ModelManifest> {
  const { dtype, name } = options;
  for (const file of MODEL_REQUIRED) {
    if (!files.has(file))
      throw new LabError({
        code: 'missing-file',
        where: weights.name,
        what: `There is no ${file}.`,
        todo: "Put the encoder's own files next to its weights.",
      });
  }
  const config = parseEncoderConfig(parseJson(files.get('config.json') ?? '', 'config.json'));
  const model = await buildEncoder(config, await openEncoderWeights(weights), dtype);
  const written: WrittenFile[] = [await writeFile(folder, ENCODER_GRAPHS[dtype], encodeModel(model))];
  for (const file of CARRIED_WITH_ENCODER) {
    const text = files.get(file);
    if (text !== undefined) written.push(await writeFile(folder, file, text));
  }
  const manifest: ModelManifest = {
    format: 'solace-lab-model',
    version: 1,
    name,
    architecture: 'bert',
    fileFormat: 'onnx',
    dtype,
    parameters: countEncoderParameters(config),
    contextWindow: config.maxPositions,
    licence: options.licence,
    source: options.source,
    files: written,
  };
  const notes = [
    NOTES[dtype],
    `Exported by \`npm run trainer -- export --kind encoder --dtype ${dtype}\` of Solace Lab.`,
  ];
  written.push(await writeFile(folder, 'README.md', modelCard(manifest, notes)));
  written.sort((a, b) => (a.path < b.path ? -1 : 1));
  await writeFile(folder, MANIFEST_NAME, `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}
