import { LabError } from '../error.ts';

/** What the page's graphics device can do, or why it can't be used. */
export type GpuProbe =
  | { available: true; halfPrecision: boolean; maxBufferBytes: number; description: string }
  | { available: false; reason: string };

/** Asks the browser for a graphics adapter; never throws. */
export async function probeGpu(): Promise<GpuProbe> {
  const gpu = typeof navigator === 'undefined' ? undefined : (navigator as { gpu?: GPU }).gpu;
  if (!gpu) return { available: false, reason: 'this browser has no WebGPU' };
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) return { available: false, reason: 'no graphics adapter was found' };
    const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
    const { vendor, architecture, description } = adapter.info;
    return {
      available: true,
      halfPrecision: adapter.features.has('shader-f16'),
      maxBufferBytes: Math.min(maxBufferSize, maxStorageBufferBindingSize),
      description: [vendor, architecture, description].filter(Boolean).join(' '),
    };
  } catch (error) {
    return { available: false, reason: `WebGPU could not be started: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Watches a graphics device; `health()` is its first fault, undefined while it is well. */
export function watchGpu(device: GPUDevice, modelId: string): { health: () => LabError | undefined } {
  let fault: LabError | undefined;
  const retry = 'The model is loaded again when you retry; your conversation is kept.';
  void device.lost.then(({ reason, message }) => {
    fault ??= new LabError({
      code: 'device-lost',
      where: modelId,
      what: `The graphics device was lost${message ? ` (${message.trim()})` : reason === 'destroyed' ? ' (it was closed)' : ''}.`,
      todo: retry,
    });
  });
  device.addEventListener('uncapturederror', ({ error }) => {
    const outOfMemory = typeof GPUOutOfMemoryError !== 'undefined' && error instanceof GPUOutOfMemoryError;
    fault ??= new LabError({
      code: outOfMemory ? 'out-of-memory' : 'device-lost',
      where: modelId,
      what: outOfMemory ? 'The graphics device is out of memory.' : `The graphics device reported an error (${error.message.trim()}).`,
      todo: outOfMemory ? `Close other tabs, choose Wasm or a smaller model. ${retry}` : retry,
    });
  });
  return { health: () => fault };
}
