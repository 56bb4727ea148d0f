import * as ort from 'onnxruntime-web/wasm';
import { openEncoder, type Encoder } from '../engine/encoder/encoder.ts';
import { remoteFiles } from '../engine/store/remote-files.ts';
import type { OrtSession, OrtTensor } from '../engine/transformers/runtime.ts';
import { openStore } from '../engine/worker/loaders.ts';
import { bertScorePairs } from '../metrics/bertscore-pairs.ts';
import type { Prf } from '../metrics/rouge.ts';
import type { Handlers } from '../rpc/server.ts';
import type { BertScoreApi, BertScoreRequest } from './bertscore.ts';

const opened = new Map<string, Promise<Encoder>>();

/** The procedure of the worker that holds the encoder; its files stay in the model store. */
export const bertScoreHandlers: Handlers<BertScoreApi> = {
  async bertscore({ pairs, idf, ...where }, { signal, emit }): Promise<Prf[]> {
    return bertScorePairs(await encoderAt(where, signal), pairs, { idf, signal, onProgress: emit });
  },
};

type Where = Omit<BertScoreRequest, 'pairs' | 'idf'>;

function encoderAt(where: Where, signal: AbortSignal): Promise<Encoder> {
  const known = opened.get(where.encoder.url);
  if (known) return known;
  const opening = open(where, signal);
  opened.set(where.encoder.url, opening);
  opening.catch(() => opened.delete(where.encoder.url));
  return opening;
}

async function open({ encoder, ortBase, threads }: Where, signal: AbortSignal): Promise<Encoder> {
  ort.env.wasm.wasmPaths = { mjs: `${ortBase}ort-wasm-simd-threaded.mjs`, wasm: `${ortBase}ort-wasm-simd-threaded.wasm` };
  ort.env.wasm.numThreads = threads;
  const files = await remoteFiles(await openStore(), encoder, { signal });
  return openEncoder(
    files,
    {
      createSession: async (model) => (await ort.InferenceSession.create(model, { executionProviders: ['wasm'] })) as unknown as OrtSession,
      tensor: (type, data, dims) => new ort.Tensor(type as 'int64', data as BigInt64Array, dims) as unknown as OrtTensor,
    },
    signal,
  );
}
