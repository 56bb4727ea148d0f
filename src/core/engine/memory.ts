import { LabError } from '../error.ts';
import type { DecoderShape } from '../formats/config.ts';
import type { Device } from './engine.ts';

/** Where the memory of a loaded model goes, in bytes. */
export interface MemoryEstimate {
  weights: number;
  /** Keys and values of a full conversation. */
  cache: number;
  /** One step's logits. */
  logits: number;
  /** The runtime's own code and buffers. */
  runtime: number;
  /** While in use. */
  total: number;
  /** While loading, when the file and its copy in the runtime exist side by side. */
  peak: number;
}

export interface MemoryNeeds extends Pick<
  DecoderShape,
  'layers' | 'kvHeads' | 'headDim' | 'vocabSize' | 'contextLength'
> {
  weightBytes: number;
  /** Bytes of one cache element: 4, or 2 for half precision. */
  cacheElementBytes: number;
  logitsRows: number;
}

/** A conversation is planned with this many tokens, or the window where that is shorter. */
const PLANNED_TOKENS = 2048;
const RUNTIME_BYTES: Record<Device, number> = { webgpu: 120e6, wasm: 80e6, cpu: 80e6, remote: 0 };

export function estimateMemory(needs: MemoryNeeds, device: Device): MemoryEstimate {
  const tokens = Math.min(PLANNED_TOKENS, needs.contextLength);
  const cacheOnce = 2 * needs.layers * needs.kvHeads * needs.headDim * needs.cacheElementBytes * tokens;
  // A step reads the old cache while it writes the new one.
  const cache = 2 * cacheOnce;
  const logits = needs.logitsRows * needs.vocabSize * 4;
  const runtime = RUNTIME_BYTES[device];
  const total = needs.weightBytes + cache + logits + runtime;
  return {
    weights: needs.weightBytes,
    cache,
    logits,
    runtime,
    total,
    peak: Math.max(total, 2 * needs.weightBytes + runtime),
  };
}

/** What the device says of itself; unknown fields are left out. */
export interface DeviceLimits {
  /** Main memory, rounded down by the browser and never above 8 GiB. */
  deviceMemoryBytes?: number;
  /** What one Wasm module can address. */
  addressableBytes?: number;
}

const GIB = 2 ** 30;
/** Browsers report no more than this, so more may be there. */
const REPORT_CAP = 8 * GIB;

/**
 * What is only tight passes: the device's report is rounded.
 * @throws {LabError} `out-of-memory` when a model can't fit.
 */
export function refuseTooLarge(modelId: string, estimate: MemoryEstimate, limits: DeviceLimits): void {
  const refuse = (what: string, todo: string): never => {
    throw new LabError({ code: 'out-of-memory', where: modelId, what, todo });
  };
  const smaller = 'Choose a smaller model, or a version with fewer bits per weight.';
  const { deviceMemoryBytes, addressableBytes } = limits;
  if (addressableBytes !== undefined && estimate.peak > addressableBytes) {
    refuse(
      `Loading takes about ${formatBytes(estimate.peak)}, but Wasm can address ${formatBytes(addressableBytes)}.`,
      smaller,
    );
  }
  if (deviceMemoryBytes !== undefined && deviceMemoryBytes < REPORT_CAP && estimate.total > deviceMemoryBytes) {
    refuse(
      `It takes about ${formatBytes(estimate.total)}, but this device reports ${formatBytes(deviceMemoryBytes)} ` +
        'of memory.',
      smaller,
    );
  }
}

/**
 * What a graphics device allows a single weight, in bytes; these are the adapter's own limits, which the runtime asks
 * for.
 */
export interface WeightLimits {
  maxBufferBytes: number;
  maxBindingBytes: number;
  /** Storage buffers that one shader can see. */
  maxBuffersPerShader: number;
}

/** Buffers that a multiplication needs besides its weight: the input, scales, zero points and the result. */
const OTHER_BUFFERS = 4;

/**
 * Why a weight cannot be had on a graphics device; undefined where it can. ONNX Runtime shows a shader a weight above
 * the binding limit in several parts, so that only the size of a buffer and the number of parts count.
 */
export function weightFault(
  bytes: number,
  { maxBufferBytes, maxBindingBytes, maxBuffersPerShader }: WeightLimits,
): string | undefined {
  const weight = `Its largest weight takes ${formatBytes(bytes)}, but this graphics device allows`;
  if (bytes > maxBufferBytes) return `${weight} ${formatBytes(maxBufferBytes)} per buffer.`;
  const parts = Math.max(1, maxBuffersPerShader - OTHER_BUFFERS);
  if (bytes > parts * maxBindingBytes)
    return `${weight} a shader ${parts} times ${formatBytes(maxBindingBytes)} of it.`;
  return undefined;
}

/** Decimal units, as file managers show sizes: '130 MB'. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`;
}
