import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-common';
import { emit, Graph } from '../../src/core/training/ir/index.ts';
import type { OrtModule } from '../../src/core/engine/ort.ts';
import { openOrt, type OrtPlace } from '../../src/engines/ort.ts';

/** Where a page trains. */
export type TrainingDevice = 'webgpu' | 'wasm';

export interface TrainingRuntime {
  runtime: OrtModule;
  session: InferenceSession.SessionOptions;
  /** Puts a tensor where it can stay for the whole run. */
  place: (tensor: Tensor) => Tensor;
}

// GPUBufferUsage's and GPUMapMode's flags (WebGPU, section 5.1.2), which TypeScript's DOM types leave out.
const USAGE = { MAP_READ: 0x01, COPY_SRC: 0x04, COPY_DST: 0x08, STORAGE: 0x80 } as const;
const READ = 0x01;

/**
 * ONNX Runtime of the page's vendored files. On WebGPU weights and adapters stay in graphics memory and only losses
 * come back.
 */
export async function openTrainingRuntime(device: TrainingDevice, place: OrtPlace): Promise<TrainingRuntime> {
  const ort = await openOrt(device, place);
  const plain = { executionProviders: [device], enableMemPattern: false };
  if (device === 'wasm') return { runtime: ort, session: plain, place: (tensor) => tensor };
  // The runtime opens its device with the first session.
  await ort.InferenceSession.create(emit(one(), 'one'), plain);
  const gpu = await ort.env.webgpu.device;
  return {
    runtime: ort,
    session: { ...plain, preferredOutputLocation: 'gpu-buffer' },
    place: (tensor) => upload(ort.Tensor, gpu, tensor),
  };
}

function one(): Graph {
  const graph = new Graph();
  graph.output('one', graph.constant(1, [1]));
  return graph;
}

function upload(Tensors: TensorConstructor, gpu: GPUDevice, tensor: Tensor): Tensor {
  const { buffer: memory, byteOffset, byteLength } = tensor.data as Float32Array;
  // ONNX Runtime binds buffers in units of 16 bytes.
  const size = Math.ceil(byteLength / 16) * 16;
  const buffer = gpu.createBuffer({
    size,
    usage: USAGE.STORAGE | USAGE.COPY_SRC | USAGE.COPY_DST,
    mappedAtCreation: true,
  });
  new Uint8Array(buffer.getMappedRange()).set(new Uint8Array(memory, byteOffset, byteLength));
  buffer.unmap();
  return Tensors.fromGpuBuffer(buffer, {
    dataType: tensor.type as 'float32' | 'uint8',
    dims: tensor.dims,
    download: () => download(gpu, buffer, byteLength),
    dispose: () => buffer.destroy(),
  });
}

/** Only adapters and moments are read back, which are floats. */
async function download(gpu: GPUDevice, source: GPUBuffer, bytes: number): Promise<Float32Array> {
  const copy = gpu.createBuffer({ size: source.size, usage: USAGE.MAP_READ | USAGE.COPY_DST });
  const encoder = gpu.createCommandEncoder();
  encoder.copyBufferToBuffer(source, 0, copy, 0, source.size);
  gpu.queue.submit([encoder.finish()]);
  await copy.mapAsync(READ);
  const values = new Float32Array(copy.getMappedRange().slice(0, bytes));
  copy.destroy();
  return values;
}
