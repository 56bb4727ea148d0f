import type { LoadOptions } from '../../core/engine/engine.ts';
import type { ModelFiles } from '../../core/engine/files.ts';
import { exportDecoder } from '../../core/formats/export/export.ts';
import { isExported } from '../../core/formats/export/read.ts';
import type { FolderSink } from '../../core/formats/export/sink.ts';
import { planDecoder } from '../../core/formats/export/plan.ts';
import { decodeModel, type OnnxModel, type OnnxNode } from '../../core/formats/onnx/index.ts';
import { openExportedFiles, smallGraph } from '../exported-files.ts';
import type { VariantFiles } from './variants.ts';
import { LARGEST_HIDDEN } from './vocabulary.wgsl.ts';

/** Changes when the form has other bytes for the same files. */
export const GPU_FORM_VERSION = 4;

/** Larger models stay as they are: reading their bytes for every token costs more than the nodes that they save. */
const LARGEST_BYTES = 768e6;

/** Sizes of a head that are multiples of it are computed by flash attention on all graphics devices. */
const HEAD_UNIT = 8;

/**
 * Whether a graph can write keys and values where it reads them: the lab's own do, because of GroupQueryAttention. With
 * a sliding window, or heads of odd sizes, ONNX Runtime computes attention in another way, for which that has not been
 * tried.
 */
export async function writesInPlace(files: ModelFiles, path: string, options: LoadOptions): Promise<boolean> {
  const model = await exportedGraph(files, path, options);
  const attention = model?.graph.nodes.filter(({ op }) => op === 'GroupQueryAttention') ?? [];
  const isWhole = ({ attributes: { local_window_size: window } }: OnnxNode) =>
    window === undefined || (window.kind === 'int' && window.value === -1);
  const sizes = model?.graph.inputs.flatMap(({ name, dims }) =>
    name.startsWith('past_key_values') ? [dims?.[3]] : [],
  );
  const isCommon = sizes?.every((size) => typeof size === 'number' && size % HEAD_UNIT === 0) ?? false;
  return isCommon && attention.length > 0 && attention.every(isWhole);
}

/** A graph that this lab's exporter wrote; undefined for others. */
async function exportedGraph(files: ModelFiles, path: string, options: LoadOptions): Promise<OnnxModel | undefined> {
  const bytes = await smallGraph(files, path, options);
  const model = bytes && decodeModel(bytes);
  return model && isExported(model) ? model : undefined;
}

/**
 * Bytes of a variant in the form for WebGPU; undefined if it has none and runs as it is.
 * @param maxBindingBytes what a shader can see of one buffer: the lab's sees the whole vocabulary.
 */
export async function gpuFormBytes(
  files: ModelFiles,
  variant: VariantFiles,
  options: LoadOptions,
  maxBindingBytes = Infinity,
): Promise<number | undefined> {
  if (variant.variant !== 'q4' && variant.variant !== 'q4f16') return undefined;
  const written = await exportedGraph(files, variant.graph, options);
  if (!written || isForGpu(written)) return undefined;
  const source = await openExportedFiles(files, { variant, weights: false, ...options });
  const { hiddenSize, vocabSize } = source.config;
  if (hiddenSize > LARGEST_HIDDEN || hiddenSize * vocabSize > maxBindingBytes) return undefined;
  const { bytes } = await planDecoder(source, dtypeOf(variant), { forGpu: true });
  return bytes <= LARGEST_BYTES ? bytes : undefined;
}

const isForGpu = ({ graph }: OnnxModel): boolean => graph.inputs.some(({ name }) => name === 'seqlens_k');
const dtypeOf = ({ variant }: VariantFiles) => (variant === 'q4f16' ? 'q4f16' : 'q4');

/**
 * Writes a variant that this lab exported again, as a graph for WebGPU, where a 4-bit matrix with minimums needs four
 * nodes (docs/reference/model-files.md).
 * @throws {LabError} `cancelled`, and what reading the files throws.
 */
export async function writeGpuForm(
  files: ModelFiles,
  variant: VariantFiles,
  folder: FolderSink,
  { onProgress, signal }: LoadOptions,
): Promise<void> {
  const options = { ...(onProgress && { onProgress }), ...(signal && { signal }) };
  const source = await openExportedFiles(files, { variant, ...options });
  await exportDecoder(source, folder, {
    dtype: dtypeOf(variant),
    name: files.name,
    contextLength: source.config.contextLength,
    forGpu: true,
    onProgress: ({ done, total }) =>
      onProgress?.({
        stage: 'Preparing the weights for the graphics device',
        loadedBytes: Math.min(done, total),
        totalBytes: total,
      }),
    ...(signal && { signal }),
  });
}
