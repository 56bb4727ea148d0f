import { join } from 'node:path';
import type { Tensor } from 'onnxruntime-common';
import * as ort from 'onnxruntime-node';
import type { OrtSession } from '../../../core/engine/ort.ts';
import { nodeFiles } from '../../../node/node-files.ts';
import { GpuMemory } from '../../testing/gpu-memory.ts';
import { loadTransformers, type TransformersPlace } from '../load.ts';
import type { OrtModel } from '../ort-model.ts';
import { listVariants } from '../variants.ts';
import { openVocabulary } from '../vocabulary-files.ts';
import { numbersOf } from './toy-session.ts';
import { vocabularyKernel } from './vocabulary-kernel.ts';

/**
 * Loads a folder in the form for WebGPU as a page does, without a graphics device: its memory is main memory, ONNX
 * Runtime computes the graph on the processor, and a function what the lab's shader computes.
 */
export async function loadFormInMemory(folder: string): Promise<OrtModel> {
  const files = await nodeFiles(folder);
  const [variant] = listVariants(files);
  if (!variant?.vocabulary) throw new Error('It is not in the form for WebGPU.');
  const memory = new GpuMemory(vocabularyKernel(await openVocabulary(files, variant.vocabulary)));
  const session = await ort.InferenceSession.create(join(folder, variant.graph), { intraOpNumThreads: 1 });
  const env = { backends: { onnx: { wasm: {}, webgpu: { device: Promise.resolve(memory.device) } } } };
  const AutoModelForCausalLM = { from_pretrained: async () => ({ sessions: { model: inMemory(session) } }) };
  const place = {
    library: async () => ({ env, AutoModelForCausalLM }),
    probe: async () => ({ available: true, maxBufferBytes: 1e9, maxBindingBytes: 1e9, halfPrecision: false }),
  } as unknown as TransformersPlace;
  return loadTransformers(files, 'tiny', { device: 'webgpu' }, place);
}

/** A session whose tensors may lie in a `GpuMemory`: they are copied in and out. */
function inMemory(session: ort.InferenceSession): OrtSession {
  const { inputNames, outputNames, inputMetadata, outputMetadata } = session;
  const moved = (tensor: Tensor): Tensor =>
    tensor.location === 'gpu-buffer'
      ? new ort.Tensor(tensor.type as 'float32', numbersOf(tensor).slice() as Float32Array, tensor.dims)
      : tensor;
  return {
    inputNames,
    outputNames,
    inputMetadata,
    outputMetadata,
    async run(feeds: Record<string, Tensor>, fetches: unknown) {
      const given = fetches as Record<string, Tensor | null>;
      const outputs = await session.run(
        Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, moved(tensor)])),
      );
      return Object.fromEntries(
        Object.entries(outputs).map(([name, output]) => {
          const place = given[name];
          if (place) (numbersOf(place) as Float32Array).set(output.data as Float32Array);
          return [name, place ?? output];
        }),
      );
    },
    release: () => session.release(),
  };
}
