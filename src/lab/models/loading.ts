import { LabError } from '../../core/error.ts';
import type { EngineId, LoadedModel, LoadOptions } from '../../core/engine/engine.ts';
import type { EngineChoice } from '../../core/engine/record.ts';
import { chooseDevice, surroundings } from '../../engines/choose-device.ts';
import { ENGINE_FOR } from '../../engines/features.ts';
import { hasRoomToWiden } from '../../engines/wide/memory.ts';
import { wasmThreads } from '../../engines/threads.ts';
import { catalogue } from './catalogue.ts';
import { keyOf } from './endpoint-keys.ts';
import type { DeviceChoice } from './residency.ts';
import { WorkerModel } from './worker-model.ts';
import { labAddress, spawnEngine } from './workers.ts';

export interface ModelLoadOptions extends LoadOptions {
  device?: DeviceChoice;
  /** An engine other than the default, for comparisons; it must support the model's format. */
  engine?: EngineId;
  /** An endpoint's key, kept only while the page is open. */
  apiKey?: string;
}

/**
 * Loads a model in its own worker; unloading it ends the worker. The page leases its models from `residency` instead,
 * so that none is loaded twice.
 * @throws {LabError} `not-found`, `unsupported` when its format does not run on the device, and what the engine throws.
 */
export async function loadModel(
  id: string,
  { device = 'auto', engine: wanted, apiKey, ...options }: ModelLoadOptions = {},
): Promise<LoadedModel> {
  const record = await catalogue.find(id);
  const key = apiKey ?? keyOf(id);
  const open = (choice: EngineChoice) =>
    WorkerModel.load(
      spawnEngine,
      { record, choice, base: labAddress(), threads: wasmThreads(), ...(key ? { apiKey: key } : {}) },
      options,
    );
  const folder = record.format === 'onnx' || record.format === 'adapter';
  /** On the processor, weights are widened where they fit; otherwise llama.cpp runs the model. */
  const start = async (choice: EngineChoice) => {
    if (wanted !== undefined || choice.device !== 'wasm' || !folder || !hasRoomToWiden()) return open(choice);
    try {
      return await open({ ...choice, engine: 'transformers', wide: true });
    } catch (error) {
      if (!(error instanceof LabError) || !NARROWER.has(error.code)) throw error;
      return open({ ...choice, ...reasonFor(error, choice) });
    }
  };
  const engines = ENGINE_FOR[record.format];
  const chosen = device === 'auto' ? chooseDevice(engines, await surroundings()) : { device };
  const engine = wanted ?? engines[chosen.device];
  if (!engine) {
    throw new LabError({
      code: 'unsupported',
      where: record.name,
      what: `Models in the format ${record.format} do not run on ${device}.`,
      todo: 'Let the lab choose the device.',
    });
  }
  try {
    // A person who chooses WebGPU again may have installed a new driver.
    return await start({ engine, ...chosen, retest: device === 'webgpu' });
  } catch (error) {
    const fallback = engines.wasm;
    if (chosen.device !== 'webgpu' || !fallback || !isGpuTrouble(error, device)) throw error;
    const { what, report } = error.detail;
    return await start({
      engine: fallback,
      device: 'wasm',
      note: `Runs on the processor, so replies are slower: WebGPU failed: ${what}`,
      ...(report && { report }),
    });
  } finally {
    // Files may have been fetched.
    catalogue.notify();
  }
}

/** What keeps a model from running with widened weights, but not from running at all. */
const NARROWER = new Set<string>(['unsupported', 'out-of-memory', 'worker-lost', 'wrong-numbers']);

/** What a person is told of an attempt with widened weights; nothing if they were never meant for this model. */
function reasonFor(
  { code, detail: { report } }: LabError,
  { note }: EngineChoice,
): Pick<EngineChoice, 'note' | 'report'> {
  if (code === 'unsupported') return {};
  const why =
    code === 'wrong-numbers'
      ? 'ONNX Runtime computed wrong numbers'
      : 'there is too little memory to widen its weights';
  const said = `Runs with llama.cpp, which is slower, because ${why}.`;
  return { note: note === undefined ? said : `${note} ${said}`, ...(report !== undefined && { report }) };
}

/** Whether the processor should run the model instead. Wrong numbers are not accepted even on request. */
function isGpuTrouble(error: unknown, wanted: DeviceChoice): error is LabError {
  const codes =
    wanted === 'auto'
      ? ['wrong-numbers', 'device-lost', 'out-of-memory', 'unsupported', 'missing-file']
      : ['wrong-numbers'];
  return error instanceof LabError && codes.includes(error.code);
}
