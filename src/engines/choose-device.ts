import type { EngineId } from '../core/engine/engine.ts';
import { probeGpu, type GpuProbe } from './gpu.ts';

/** The features of this browser on which the choice of a device depends. */
export interface Surroundings {
  gpu: GpuProbe;
  /** Whether Wasm can suspend for a promise (JSPI), which llama.cpp's WebGPU needs. */
  suspends: boolean;
}

/** The engines of a format by device; `auto` applies if the person chose no device. */
export type EngineTable = Partial<Record<'auto' | 'webgpu' | 'wasm', EngineId>>;

export async function surroundings(): Promise<Surroundings> {
  return { gpu: await probeGpu(), suspends: 'Suspending' in WebAssembly };
}

/** Why an engine cannot use the graphics device here, as the end of a sentence; undefined if it can. */
export function gpuObstacle(engine: EngineId, { gpu, suspends }: Surroundings): string | undefined {
  if (!gpu.available) return gpu.reason;
  if (engine !== 'wllama') return undefined;
  if (!suspends) return 'llama.cpp needs a browser whose Wasm can wait for WebGPU (JSPI), and this one lacks that';
  if (!gpu.halfPrecision)
    return 'llama.cpp needs half-precision arithmetic (shader-f16) for WebGPU, and this graphics device lacks that';
  return undefined;
}

/**
 * The device if a person left the choice to the lab: WebGPU if there is a graphics card that the format's engine can
 * use, else Wasm, with a sentence that says why.
 */
export function chooseDevice(engines: EngineTable, here: Surroundings): { device: 'webgpu' | 'wasm'; note?: string } {
  const { webgpu, wasm } = engines;
  if (!webgpu || webgpu === 'openai') return { device: 'wasm' };
  if (!wasm) return { device: 'webgpu' };
  const { gpu } = here;
  const slower = (why: string, more: string) => ({
    device: 'wasm' as const,
    note: `Runs on the processor, so replies are slower: ${why}.${more}`,
  });
  if (gpu.available && gpu.software)
    return {
      device: 'wasm',
      note: `Runs on the processor: the only graphics adapter here is a program (${gpu.description}), which is slower.`,
    };
  const obstacle = gpuObstacle(webgpu, here);
  if (obstacle === undefined) return { device: 'webgpu' };
  return slower(obstacle, gpu.available ? ' Converted for WebGPU, it can use the graphics device.' : '');
}
