import type { DangerApi } from '../../workers/danger/api.ts';
import { RpcWorker, type WorkerLike } from '../rpc/worker.ts';
import type { CrisisSignal } from '../core/safety/kinds.ts';
import { embeddedEncoder, type EncoderPlace } from '../../workers/encoder/place.ts';

/** Reads messages with the classifier. */
export interface DangerReader {
  /** Rejects if the encoder cannot be loaded or there can be no worker. */
  read(texts: readonly string[], signal?: AbortSignal): Promise<CrisisSignal[]>;
  terminate(): void;
}

/** A reader in its own worker, which fetches the encoder on the first call. `base` is the lab's address. */
function createDangerReader(spawn: () => WorkerLike | Worker, base: string): DangerReader {
  const worker = new RpcWorker<DangerApi>('Danger', spawn);
  const place: EncoderPlace = {
    encoder: embeddedEncoder(base),
    ortBase: new URL('ort/', base).href,
    // A message is short; the model that writes the reply needs the cores.
    threads: 1,
  };
  return {
    read: (texts, signal) => worker.call('danger', { texts: [...texts], ...place }, signal ? { signal } : {}),
    terminate: () => worker.terminate(),
  };
}

let shared: DangerReader | undefined;

/** Classifies messages in the page's worker. */
export function readDanger(texts: readonly string[], signal?: AbortSignal): Promise<CrisisSignal[]> {
  shared ??= createDangerReader(
    () =>
      new Worker(new URL('../../workers/danger/danger.worker.ts', import.meta.url), { type: 'module', name: 'danger' }),
    document.baseURI,
  );
  return shared.read(texts, signal);
}
