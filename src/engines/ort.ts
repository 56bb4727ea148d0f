import type { Env, TensorConstructor } from 'onnxruntime-common';
import type { OrtModule } from '../core/engine/ort.ts';

/** Where the page serves ONNX Runtime, and its number of threads. */
export interface OrtPlace {
  /** URL of the vendored files; absolute, ending in a slash. */
  ortBase: string;
  threads: number;
  /** Without the lab's settings for the graphics device, for comparisons. */
  asBuilt?: boolean;
}

type OrtDevice = 'webgpu' | 'wasm';

/** The build that can suspend for a graphics device is larger and slower than the plain one. */
const BUILDS: Record<OrtDevice, { script: string; wasm: string }> = {
  // It loads the build's own script (build/ort-in-batches.ts).
  webgpu: { script: 'in-batches', wasm: 'ort-wasm-simd-threaded.asyncify' },
  wasm: { script: 'ort-wasm-simd-threaded', wasm: 'ort-wasm-simd-threaded' },
};

/** The addresses of a device's build. */
export const ortFiles = (device: OrtDevice, ortBase: string): { mjs: string; wasm: string } => ({
  mjs: `${ortBase}${BUILDS[device].script}.mjs`,
  wasm: `${ortBase}${BUILDS[device].wasm}.wasm`,
});

/** Makes an ONNX Runtime, the lab's own or that of transformers.js, fetch its Wasm only from the lab. */
export function useVendoredOrt(
  { wasm: settings }: Partial<Env>,
  device: OrtDevice,
  { ortBase, threads, asBuilt = false }: OrtPlace,
): void {
  if (!settings) return;
  const { mjs, wasm } = ortFiles(device, ortBase);
  settings.wasmPaths = { mjs: asBuilt ? wasm.replace(/\.wasm$/, '.mjs') : mjs, wasm };
  settings.numThreads = threads;
}

/** The class of tensors of the ONNX Runtime with which transformers.js uses a graphics device. */
export const gpuTensorClass = async (): Promise<TensorConstructor> => (await import('onnxruntime-web/webgpu')).Tensor;

/** Opens ONNX Runtime in a worker of the page; its graphics device exists once there is a session. */
export async function openOrt(device: OrtDevice, place: OrtPlace): Promise<OrtModule & { env: Env }> {
  const ort = await (device === 'webgpu' ? import('onnxruntime-web/webgpu') : import('onnxruntime-web/wasm'));
  useVendoredOrt(ort.env, device, place);
  return ort;
}
