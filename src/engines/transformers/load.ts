import type * as transformers from '@huggingface/transformers';
import { LabError, throwIfCancelled } from '../../core/error.ts';
import { chooseDevice } from '../choose-device.ts';
import type { Device, LoadOptions } from '../../core/engine/engine.ts';
import { runtimeFault } from '../../core/engine/faults.ts';
import { hasFile, type ModelFiles } from '../../core/engine/files.ts';
import { probeGpu, watchGpu, type GpuProbe } from '../gpu.ts';
import {
  estimateMemory,
  refuseTooLarge,
  weightFault,
  type DeviceLimits,
  type WeightLimits,
} from '../../core/engine/memory.ts';
import { SIDE_FILES } from '../../core/formats/checkpoint/side-files.ts';
import { largestWeight } from '../../core/formats/onnx/index.ts';
import { loadEndTokens, loadShape } from '../../core/engine/load-config.ts';
import { loadChatTokenizer } from '../../core/engine/load-tokenizer.ts';
import { OrtModel, LOGITS_ROWS } from './ort-model.ts';
import { GpuInputs, type GpuRuntime } from './gpu-buffer.ts';
import { GpuLogits } from './gpu-logits.ts';
import { GpuVocabulary } from './gpu-vocabulary.ts';
import { GrowingCache, InPlaceCache, type KvCache } from './kv-cache.ts';
import { cacheInputs, keepsLogits, KvDecoder } from './kv-decoder.ts';
import type { LogitsReader } from './logits-reader.ts';
import { slicePositionsOnCpu, slicePositionsOnGpu } from './positions.ts';
import { fetchAhead } from '../fetch-ahead.ts';
import { gpuTensorClass, ortFiles, useVendoredOrt } from '../ort.ts';
import type { OrtSession } from '../../core/engine/ort.ts';
import { chooseVariant, variantGraphs, variantPaths, type VariantFiles } from './variants.ts';
import { openVocabulary, type Vocabulary } from './vocabulary-files.ts';
import { writesInPlace } from './gpu-form.ts';

export interface TransformersOptions extends LoadOptions {
  device: 'auto' | 'webgpu' | 'wasm' | 'cpu';
  /** URL of ONNX Runtime's Wasm files; absolute, ending in a slash. Not needed in Node. */
  ortBase?: string;
  /** Threads of the Wasm runtime, or of the native one in Node, whose default is all cores. */
  threads?: number;
}

type Transformers = Pick<typeof transformers, 'AutoModelForCausalLM' | 'env'>;

/** What a load finds where it runs. */
export interface TransformersPlace {
  library: () => Promise<Transformers>;
  probe: () => Promise<GpuProbe>;
}

/**
 * Loads a model folder (see docs/reference/engines.md) with transformers.js and ONNX Runtime: `cpu` in Node, `webgpu`
 * or `wasm` in a browser.
 * @throws {LabError} `missing-file`, `bad-config`, `out-of-memory`, `device-lost` or `cancelled`.
 */
export async function loadTransformers(
  files: ModelFiles,
  modelId: string,
  options: TransformersOptions,
  place: TransformersPlace = { library: () => import('@huggingface/transformers'), probe: probeGpu },
): Promise<OrtModel> {
  const { onProgress, signal } = options;
  const gpu: GpuProbe =
    options.device === 'auto' || options.device === 'webgpu'
      ? await place.probe()
      : { available: false, reason: 'it was not requested' };
  const { device, note } = deviceFor(options.device, gpu, modelId);
  const halfPrecision = gpu.available && gpu.halfPrecision;
  const variant = chooseVariant(files, device, halfPrecision);
  const shape = await loadShape(files);
  const halfCache = variant.variant.endsWith('16');

  const needs = {
    ...shape,
    weightBytes: variant.bytes,
    cacheElementBytes: halfCache ? 2 : 4,
    logitsRows: LOGITS_ROWS,
  };
  refuseTooLarge(modelId, estimateMemory(needs, device), deviceLimits(device));
  if (device === 'webgpu' && gpu.available) await checkWeights(files, variant, gpu, modelId, options);

  const { ortBase } = options;
  if (ortBase) fetchAhead(ortFiles(device === 'webgpu' ? 'webgpu' : 'wasm', ortBase).wasm, signal);
  const library = place.library();
  library.catch(() => undefined);
  const progress = (stage: string, loadedBytes: number) =>
    onProgress?.({ stage, loadedBytes, totalBytes: variant.bytes });
  const wanted = [...SIDE_FILES, ...variantPaths(variant)];
  await files.ensure(
    wanted.filter((path) => hasFile(files, path)),
    options,
  );
  progress('Reading the tokenizer', 0);
  const tokenizer = await loadChatTokenizer(files);
  const endIds = await loadEndTokens(files);
  throwIfCancelled(signal);
  progress(`Loading the weights into ${device === 'webgpu' ? 'the graphics device' : 'memory'}`, 0);

  const hf = await library;
  configure(hf, files, device, options);
  try {
    const { session, gpuDevice, watch } = await openSession(hf, files, modelId, device, variant, options.threads);
    const inPlace = gpuDevice !== undefined && (await writesInPlace(files, variant.graph, options));
    if (signal?.aborted) {
      await session.release();
      throw LabError.cancelled();
    }
    const own = session.outputNames.includes('logits') ? undefined : variant.vocabulary;
    const vocabulary = own && (await openVocabulary(files, own));
    const decoder = await decoderFor(session, gpuDevice, inPlace ? shape.contextLength : undefined, vocabulary);
    progress('Ready', variant.bytes);
    return new OrtModel({
      info: {
        modelId,
        device,
        contextWindow: shape.contextLength,
        ...(note ? { note } : {}),
      },
      tokenizer,
      decoder,
      eosIds: new Set(endIds),
      health: watch?.health ?? (() => undefined),
      release: async () => {
        decoder.destroy();
        await session.release();
      },
    });
  } catch (error) {
    throw runtimeFault(error, modelId, device);
  }
}

/** Whether the processor would run the same weights as the graphics device. */
export async function sameOnProcessor(
  files: ModelFiles,
  probe: TransformersPlace['probe'] = probeGpu,
): Promise<boolean> {
  const gpu = await probe();
  const onGpu = chooseVariant(files, 'webgpu', gpu.available && gpu.halfPrecision);
  return onGpu.graph === chooseVariant(files, 'wasm', false).graph;
}

function deviceFor(
  wanted: TransformersOptions['device'],
  gpu: GpuProbe,
  modelId: string,
): { device: Device; note?: string } {
  if (wanted === 'cpu' || wanted === 'wasm') return { device: wanted };
  if (wanted === 'auto')
    return chooseDevice({ webgpu: 'transformers', wasm: 'transformers' }, { gpu, suspends: false });
  if (gpu.available) return { device: 'webgpu' };
  throw new LabError({
    code: 'unsupported',
    where: modelId,
    what: `WebGPU can't be used: ${gpu.reason}.`,
    todo: 'Choose Wasm as the device.',
  });
}

function deviceLimits(device: Device): DeviceLimits {
  const memory = typeof navigator === 'undefined' ? undefined : (navigator as { deviceMemory?: number }).deviceMemory;
  return {
    ...(memory ? { deviceMemoryBytes: memory * 2 ** 30 } : {}),
    ...(device === 'wasm' ? { addressableBytes: 4 * 2 ** 30 } : {}),
  };
}

/** @throws {LabError} `out-of-memory` with both numbers when a weight is larger than the graphics device allows. */
async function checkWeights(
  files: ModelFiles,
  variant: VariantFiles,
  limits: WeightLimits,
  modelId: string,
  options: LoadOptions,
): Promise<void> {
  // No weight is larger than its file, so the graphs are read only for the largest models.
  const paths = new Set(variantPaths(variant));
  const inFiles = files.list.filter(({ path }) => paths.has(path));
  if (inFiles.every(({ bytes }) => bytes > 0 && weightFault(bytes, limits) === undefined)) return;
  const graphs = variantGraphs(variant);
  await files.ensure(graphs, options);
  const read = async (path: string) => new Uint8Array(await (await files.open(path)).arrayBuffer());
  const largest = (await Promise.all(graphs.map(read))).map((graph) => largestWeight(graph).bytes);
  const fault = weightFault(Math.max(...largest), limits);
  if (fault !== undefined)
    throw new LabError({
      code: 'out-of-memory',
      where: modelId,
      what: fault,
      todo: 'Choose Wasm as the device, or a smaller model.',
    });
}

/** Nothing is fetched from elsewhere: the library reads `files`, and what they lack does not exist. */
function configure(
  { env }: Transformers,
  files: ModelFiles,
  device: Device,
  { ortBase, threads }: TransformersOptions,
): void {
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.useBrowserCache = false;
  env.useWasmCache = false;
  if (!files.directory) {
    env.useFSCache = false;
    env.fetch = () => Promise.resolve(new Response(null, { status: 404 }));
    env.useCustomCache = true;
    env.customCache = {
      async match(request: string) {
        const file = files.list.find(({ path }) => request.endsWith(`/${path}`));
        return file ? new Response(await files.open(file.path)) : undefined;
      },
      async put() {},
    };
  }
  if (ortBase)
    useVendoredOrt(env.backends.onnx, device === 'webgpu' ? 'webgpu' : 'wasm', { ortBase, threads: threads ?? 1 });
}

async function openSession(
  hf: Transformers,
  files: ModelFiles,
  modelId: string,
  device: Device,
  variant: VariantFiles,
  threads?: number,
) {
  const model = await hf.AutoModelForCausalLM.from_pretrained(files.directory ?? 'model', {
    device: device === 'remote' ? 'cpu' : device,
    dtype: variant.variant,
    use_external_data_format: variant.data.length,
    local_files_only: true,
    ...(device === 'cpu' && threads !== undefined && { session_options: { intraOpNumThreads: threads } }),
  });
  const session: unknown = model.sessions['model'];
  if (!isSession(session))
    throw new LabError({
      code: 'unsupported',
      where: modelId,
      what: 'transformers.js opened it as something other than a decoder of one graph.',
      todo: 'Export the model with this lab.',
    });
  const gpuDevice = device === 'webgpu' ? await hf.env.backends.onnx.webgpu?.device : undefined;
  return { session, gpuDevice, watch: gpuDevice ? watchGpu(gpuDevice, modelId) : undefined };
}

/**
 * @param window of a graph whose caches can be written in place; undefined for others
 * @param vocabulary of a graph for WebGPU, which leaves logits to the page
 */
async function decoderFor(
  session: OrtSession,
  device: GPUDevice | undefined,
  window: number | undefined,
  vocabulary: Vocabulary | undefined,
): Promise<KvDecoder> {
  const inputs = cacheInputs(session);
  if (!device) return new KvDecoder(session, new GrowingCache(inputs, slicePositionsOnCpu));
  const gpu = { device, Tensor: await gpuTensorClass() };
  const cache: KvCache =
    window === undefined
      ? new GrowingCache(inputs, (tensor, length) =>
          tensor.location === 'gpu-buffer'
            ? slicePositionsOnGpu(device, tensor, length)
            : slicePositionsOnCpu(tensor, length),
        )
      : new InPlaceCache(gpu, inputs, window);
  if (!vocabulary) return new KvDecoder(session, cache, { logits: await gpuRow(session, gpu) });
  return new KvDecoder(session, cache, {
    logits: await GpuVocabulary.load(gpu, vocabulary),
    inputs: new GpuInputs(gpu),
  });
}

/**
 * Undefined for a graph that computes the logits of all positions, or of an unknown number of tokens, and on a device
 * that sorts wrongly: whole rows are read then.
 */
async function gpuRow(session: OrtSession, gpu: GpuRuntime): Promise<LogitsReader | undefined> {
  const logits = session.outputMetadata.find(({ name }) => name === 'logits');
  if (!logits?.isTensor || !keepsLogits(session)) return undefined;
  const vocabulary = logits.shape[2];
  if (typeof vocabulary !== 'number' || (logits.type !== 'float32' && logits.type !== 'float16')) return undefined;
  const row = new GpuLogits(gpu, logits.type, vocabulary);
  if (await row.isRight()) return row;
  row.destroy();
  return undefined;
}

/** The library does not type its sessions. */
function isSession(value: unknown): value is OrtSession {
  return typeof value === 'object' && value !== null && 'inputMetadata' in value && 'run' in value;
}
