import { LabError } from '../../core/error.ts';
import type { EngineId, LoadedModel, LoadOptions } from '../../core/engine/engine.ts';
import type { EngineChoice, ModelRecord } from '../../core/engine/record.ts';
import { chooseDevice, surroundings } from '../../engines/choose-device.ts';
import { withoutWidening } from '../../engines/fallback-notes.ts';
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
  const widens = wanted === undefined && isFolder(record) && hasRoomToWiden();
  /** On the processor, weights are widened where there is room; if that fails, llama.cpp runs the model. */
  const start = async (choice: EngineChoice) => {
    if (choice.device !== 'wasm' || !widens) return open(choice);
    try {
      return await open({ ...choice, engine: 'transformers', wide: true });
    } catch (error) {
      if (!(error instanceof LabError) || !(error.detail.otherEngine || isLostWorker(error))) throw error;
      return open({ ...choice, ...noteOf(error, choice) });
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

const isFolder = ({ format }: ModelRecord): boolean => format === 'onnx' || format === 'adapter';

/** Whether the worker itself is gone, which names no model: its memory may have run out. */
const isLostWorker = ({ code, detail }: LabError): boolean => code === 'worker-lost' && detail.where === undefined;

/** The note and the report of a model that failed with widened weights. */
function noteOf(error: LabError, { note }: EngineChoice): Pick<EngineChoice, 'note' | 'report'> {
  const { report } = error.detail;
  const said = withoutWidening(error);
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
