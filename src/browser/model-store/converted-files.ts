import { at } from '../../core/at.ts';
import type { LoadOptions } from '../../core/engine/engine.ts';
import type { ModelFiles } from '../../core/engine/files.ts';
import { SIDE_FILES } from '../../core/formats/checkpoint/side-files.ts';
import type { FolderSink } from '../../core/formats/export/sink.ts';
import { textHash } from '../../core/sha256.ts';
import { probeGpu, type GpuProbe } from '../../engines/gpu.ts';
import { chooseVariant, type VariantFiles } from '../../engines/transformers/variants.ts';
import { GPU_FORM_VERSION, writeGpuForm, gpuFormBytes } from '../../engines/transformers/gpu-form.ts';
import { GGUF_VERSION, ggufFromOnnx } from '../../engines/wllama/from-onnx.ts';
import type { FileStore } from './file-store.ts';
import { filesOver } from './files-over.ts';
import { hashedFiles, madeFiles } from './made-files.ts';

const FILE = 'model.gguf';

/** Each takes about as much of the disk as the model or somewhat more, and is made again in a few seconds. */
const KEPT_MODELS = 2;

/**
 * The weights of an ONNX folder that this lab exported as a GGUF for llama.cpp. It is kept in the store next to the
 * model's files, under a key that names weights, tokenizer and the way of converting, so that the next load neither
 * reads the weights nor converts anything; those of two models are kept.
 * @throws {LabError} `unsupported` for folders of other exporters, `cancelled`, and what reading the files throws.
 */
export async function convertedGguf(
  store: FileStore | undefined,
  record: { id: string; name: string },
  files: ModelFiles,
  options: LoadOptions,
): Promise<Blob> {
  const key = await ggufKey(files, options);
  const made = await madeFiles(
    store,
    record,
    {
      folder: 'converted',
      key,
      models: KEPT_MODELS,
      async make(folder) {
        const file = await folder.create(FILE);
        await ggufFromOnnx(files, file, options);
        await file.close();
      },
    },
    options.signal,
  );
  return at([...made.values()], 0);
}

/** A model's files for a graphics device, and what names them. */
export interface GpuFiles {
  files: ModelFiles;
  /** Differs from device to device only with the variant that it runs; undefined for the model's own files. */
  form: string | undefined;
}

/**
 * The files from which a graphics device loads an ONNX folder. A folder of 4-bit matrices that this lab exported gets
 * another graph there, kept in the store next to the model's files, of two models; others stay as they are.
 * @throws {LabError} `cancelled`, and what reading the files throws.
 */
export async function gpuFiles(
  store: FileStore | undefined,
  record: { id: string; name: string },
  files: ModelFiles,
  options: LoadOptions,
  probe: () => Promise<GpuProbe> = probeGpu,
): Promise<GpuFiles> {
  const gpu = await probe();
  if (!gpu.available) return { files, form: undefined };
  const variant = chooseVariant(files, 'webgpu', gpu.halfPrecision);
  const bytes = await gpuFormBytes(files, variant, options, gpu.maxBindingBytes);
  if (bytes === undefined) return { files, form: undefined };
  const weights = await weightsOf(files, variant, options);
  const form = textHash(JSON.stringify([GPU_FORM_VERSION, variant.variant, weights]));
  const recipe = {
    folder: 'webgpu',
    key: form,
    models: KEPT_MODELS,
    make: (folder: FolderSink) => writeGpuForm(files, variant, folder, options),
  } as const;
  const made = await madeFiles(store, record, recipe, options.signal);
  return { files: filesOver(files.name, files, made, (path) => path.startsWith('onnx/')), form };
}

async function ggufKey(files: ModelFiles, options: LoadOptions): Promise<string> {
  const side = SIDE_FILES.filter((path) => files.list.some((file) => file.path === path));
  await files.ensure(side, options);
  const weights = await weightsOf(files, chooseVariant(files, 'wasm', false), options);
  const named = (await hashedFiles(files, side, options.signal)).sort((a, b) => (a.path < b.path ? -1 : 1));
  return textHash(JSON.stringify([GGUF_VERSION, files.name, weights, named]));
}

/** Names weights by their contents. */
async function weightsOf(files: ModelFiles, { graph, data }: VariantFiles, { signal }: LoadOptions) {
  return files.contents ?? hashedFiles(files, [graph, ...data], signal);
}
