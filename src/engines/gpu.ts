import { LabError } from '../core/error.ts';

/** The features of the page's graphics device, or why it cannot be used. */
export type GpuProbe =
  | {
      available: true;
      /** Whether it is a software adapter that runs on the CPU, such as SwiftShader: slower than Wasm. */
      software: boolean;
      /** Whether shaders support 16-bit floats (`shader-f16`). */
      halfPrecision: boolean;
      /** Maximum buffer size of the adapter, in bytes. */
      maxBufferBytes: number;
      /** Maximum binding of a buffer to a shader, in bytes. */
      maxBindingBytes: number;
      /** Storage buffers that one shader can see. */
      maxBuffersPerShader: number;
      description: string;
    }
  | { available: false; reason: string };

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b/i;

/** Asks the browser for a graphics adapter; never throws. */
export async function probeGpu(gpu: Pick<GPU, 'requestAdapter'> | undefined = browserGpu()): Promise<GpuProbe> {
  if (!gpu) return { available: false, reason: 'this browser has no WebGPU' };
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) return { available: false, reason: 'no graphics adapter was found' };
    const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } = adapter.limits;
    const { vendor, architecture, device, description } = adapter.info;
    const words = [vendor, architecture, device, description].filter(Boolean).join(' ');
    return {
      available: true,
      software: isFallback(adapter) || SOFTWARE.test(words),
      halfPrecision: adapter.features.has('shader-f16'),
      maxBufferBytes: maxBufferSize,
      maxBindingBytes: Math.min(maxBufferSize, maxStorageBufferBindingSize),
      maxBuffersPerShader: maxStorageBuffersPerShaderStage,
      description: words,
    };
  } catch (error) {
    return {
      available: false,
      reason: `WebGPU could not be started: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

function browserGpu(): GPU | undefined {
  return typeof navigator === 'undefined' ? undefined : (navigator as { gpu?: GPU }).gpu;
}

/** The flag was on the adapter before it moved to its info. */
function isFallback(adapter: GPUAdapter): boolean {
  const { isFallbackAdapter } = adapter as { isFallbackAdapter?: boolean };
  return (adapter.info as { isFallbackAdapter?: boolean }).isFallbackAdapter ?? isFallbackAdapter ?? false;
}

/** Watches a graphics device; `health()` returns its first fault, undefined if there is none. */
export function watchGpu(device: GPUDevice, modelId: string): { health: () => LabError | undefined } {
  let fault: LabError | undefined;
  const retry = 'The model is loaded again when you retry; your conversation is kept.';
  void device.lost.then(({ reason, message }) => {
    fault ??= new LabError({
      code: 'device-lost',
      where: modelId,
      what:
        'The graphics device was ' +
        `lost${message ? ` (${message.trim()})` : reason === 'destroyed' ? ' (it was closed)' : ''}.`,
      todo: retry,
    });
  });
  device.addEventListener('uncapturederror', ({ error }) => {
    const outOfMemory = typeof GPUOutOfMemoryError !== 'undefined' && error instanceof GPUOutOfMemoryError;
    fault ??= new LabError({
      code: outOfMemory ? 'out-of-memory' : 'device-lost',
      where: modelId,
      what: outOfMemory
        ? 'The graphics device is out of memory.'
        : `The graphics device reported an error (${error.message.trim()}).`,
      todo: outOfMemory ? `Close other tabs, choose Wasm or a smaller model. ${retry}` : retry,
    });
  });
  return { health: () => fault };
}
