import type { MLCEngine } from '@mlc-ai/web-llm';
import { LabError, throwIfCancelled } from '../../core/error.ts';
import type { LoadOptions } from '../../core/engine/engine.ts';
import { runtimeFault } from '../../core/engine/faults.ts';
import { probeGpu, type GpuProbe } from '../gpu.ts';
import { formatBytes } from '../../core/units.ts';
import type { MlcRecord } from '../../core/engine/record.ts';
import { appConfigOf } from './catalogue.ts';
import { WebLlmModel } from './webllm-model.ts';

const MIB = 2 ** 20;

/** What a load finds in its browser. */
export interface WebLlmPlace {
  library: () => Promise<{ MLCEngine: typeof MLCEngine }>;
  probe: () => Promise<GpuProbe>;
}

/**
 * Loads a model in MLC format, from WebLLM's list or a pair of URLs. WebLLM stores its files in the browser's Cache
 * API.
 */
export async function loadWebLlm(
  record: MlcRecord,
  modelId: string,
  { onProgress, signal }: LoadOptions,
  place: WebLlmPlace = { library: () => import('@mlc-ai/web-llm'), probe: probeGpu },
): Promise<WebLlmModel> {
  checkDevice(record, await place.probe());
  const library = await place.library();
  throwIfCancelled(signal);
  const appConfig = appConfigOf(record, modelId);
  const engine = new library.MLCEngine({
    ...(appConfig && { appConfig }),
    initProgressCallback: ({ progress, text }) =>
      onProgress?.({
        stage: stageOf(text),
        loadedBytes: Math.round(progress * record.bytes),
        totalBytes: record.bytes,
      }),
  });
  const free = () => engine.unload().catch(() => {});
  const stop = () => void free();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await engine.reload(modelId);
    throwIfCancelled(signal);
    return new WebLlmModel({ modelId, contextWindow: null }, engine);
  } catch (error) {
    await free();
    if (signal?.aborted) throw LabError.cancelled();
    throw loadFault(error, record, modelId);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** Refuses models that the device cannot run, before anything is fetched. */
export function checkDevice(record: MlcRecord, gpu: GpuProbe): void {
  const refuse = (code: 'unsupported' | 'out-of-memory', what: string): never => {
    throw new LabError({
      code,
      where: record.name,
      what,
      todo: 'Choose a model that runs on Wasm, such as the embedded one.',
    });
  };
  if (!gpu.available) return refuse('unsupported', `Models in MLC format need WebGPU, and ${gpu.reason}.`);
  if (record.requiredFeatures.includes('shader-f16') && !gpu.halfPrecision) {
    refuse(
      'unsupported',
      'It needs half-precision arithmetic (shader-f16), which this graphics device does not offer; its q4f32 ' +
        "version doesn't.",
    );
  }
  const memory = (globalThis.navigator as { deviceMemory?: number } | undefined)?.deviceMemory;
  if (record.vramMb !== null && memory !== undefined && memory < 8 && record.vramMb * MIB > memory * 2 ** 30) {
    refuse(
      'out-of-memory',
      `It takes ${formatBytes(record.vramMb * MIB)} of graphics memory, but this device reports ` +
        `${formatBytes(memory * 2 ** 30)} of memory in all.`,
    );
  }
}

/** The stage of loading, from WebLLM's progress messages. */
function stageOf(text: string): string {
  if (/fetch/i.test(text)) return 'Fetching the model';
  if (/load/i.test(text)) return 'Loading the weights into the graphics device';
  if (/compil|shader/i.test(text)) return 'Compiling for the graphics device';
  return 'Starting the model';
}

function loadFault(error: unknown, record: MlcRecord, modelId: string): LabError {
  const message = error instanceof Error ? error.message : String(error);
  if (/fetch|network|404|CORS|Cache\.add/i.test(message)) {
    return LabError.from(error, {
      code: 'network',
      where: record.weightsUrl ?? modelId,
      what: "The model's files could not be fetched",
      todo:
        'Check the addresses of the weights and of the model library, and that their server allows this page to read ' +
        'them (CORS).',
    });
  }
  if (/cannot find (parameter|function)|param.*(mismatch|not found)|LinkError|import object/i.test(message)) {
    return LabError.from(error, {
      code: 'bad-config',
      where: record.libUrl ?? modelId,
      what: 'The model library does not fit the weights, or was made for another version of WebLLM',
      todo: 'Use a library compiled for WebLLM 0.2.86 from the same model and quantisation.',
    });
  }
  return runtimeFault(error, modelId, 'webgpu');
}
