import * as ort from 'onnxruntime-web/wasm';
import { openEncoder, type Encoder } from '../../src/core/engine/encoder.ts';
import { remoteFiles } from '../../src/browser/model-store/remote-files.ts';
import type { OrtSession, OrtTensor } from '../../src/core/engine/ort.ts';
import { openStore } from '../engine/loaders.ts';
import type { EncoderPlace } from './place.ts';

const opened = new Map<string, Promise<Encoder>>();

/** The encoder at a place, opened once in this worker; its files stay in the model store. */
export function encoderAt(place: EncoderPlace, signal: AbortSignal): Promise<Encoder> {
  const known = opened.get(place.encoder.url);
  if (known) return known;
  const opening = open(place, signal);
  opened.set(place.encoder.url, opening);
  opening.catch(() => opened.delete(place.encoder.url));
  return opening;
}

async function open({ encoder, ortBase, threads }: EncoderPlace, signal: AbortSignal): Promise<Encoder> {
  ort.env.wasm.wasmPaths = {
    mjs: `${ortBase}ort-wasm-simd-threaded.mjs`,
    wasm: `${ortBase}ort-wasm-simd-threaded.wasm`,
  };
  ort.env.wasm.numThreads = threads;
  const files = await remoteFiles(await openStore(), encoder, { signal });
  return openEncoder(
    files,
    {
      createSession: async (model) =>
        (await ort.InferenceSession.create(model, { executionProviders: ['wasm'] })) as unknown as OrtSession,
      tensor: (type, data, dims) =>
        new ort.Tensor(type as 'int64', data as BigInt64Array, dims) as unknown as OrtTensor,
    },
    signal,
  );
}
