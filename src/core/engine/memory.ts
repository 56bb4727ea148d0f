import { formatBytes } from '../units.ts';
import { LabError } from '../error.ts';
import type { DecoderShape } from '../formats/config.ts';
import type { Device } from './engine.ts';

/** The memory of a loaded model by use, in bytes. */
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
  /** While loading, when the file and the runtime's copy are both in memory, unless weights are loaded in place. */
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
  /** Whether weights are loaded without a second copy, and the cache is written in place. */
  inPlace?: boolean;
}

/** Assumed length of a conversation in tokens, or the window if shorter. */
const PLANNED_TOKENS = 2048;
const RUNTIME_BYTES: Record<Device, number> = { webgpu: 120e6, wasm: 80e6, cpu: 80e6, remote: 0 };

export function estimateMemory(needs: MemoryNeeds, device: Device): MemoryEstimate {
  const tokens = Math.min(PLANNED_TOKENS, needs.contextLength);
  const cacheOnce = 2 * needs.layers * needs.kvHeads * needs.headDim * needs.cacheElementBytes * tokens;
  // Otherwise a step reads the old cache while it writes the new one.
  const cache = needs.inPlace ? cacheOnce : 2 * cacheOnce;
  const logits = needs.logitsRows * needs.vocabSize * 4;
  const runtime = RUNTIME_BYTES[device];
  const total = needs.weightBytes + cache + logits + runtime;
  return {
    weights: needs.weightBytes,
    cache,
    logits,
    runtime,
    total,
    peak: needs.inPlace ? total : Math.max(total, 2 * needs.weightBytes + runtime),
  };
}

/** Limits that the device reports; unknown fields are left out. */
export interface DeviceLimits {
  /** Main memory in bytes, rounded down by the browser to at most 8 GiB. */
  deviceMemoryBytes?: number;
  /** Bytes that one Wasm module can address. */
  addressableBytes?: number;
}

const GIB = 2 ** 30;
/** Browsers report at most this much, so there may be more. */
const REPORT_CAP = 8 * GIB;

/**
 * Passes a tight fit, because the device's report is rounded.
 * @throws {LabError} `out-of-memory` when a model cannot fit.
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

/** A graphics device's limits for a single weight, in bytes: the adapter's own, which the runtime requests. */
export interface WeightLimits {
  maxBufferBytes: number;
  maxBindingBytes: number;
  /** Storage buffers that one shader can see. */
  maxBuffersPerShader: number;
}

/** Buffers that a matrix multiplication needs besides its weight: input, scales, zero points and result. */
const OTHER_BUFFERS = 4;

/**
 * Why a weight does not fit a graphics device; undefined if it does. ONNX Runtime binds a weight above the binding
 * limit in several parts, so that only the buffer size and the number of parts count.
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
