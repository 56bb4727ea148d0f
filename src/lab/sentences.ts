import { rememberingEmbedder, type Embedder } from '../core/embedding/embedder.ts';
import type { Encoder, EncodedText } from '../core/engine/encoder.ts';
import type { CrisisSignal } from '../core/safety/kinds.ts';
import { RpcWorker, type WorkerLike } from '../rpc/worker.ts';
import { embeddedEncoder, type EncoderPlace } from '../../workers/encoder/place.ts';
import type { SentencesApi } from '../../workers/sentences/api.ts';

/** Reads sentences with the encoder that comes with the lab. */
interface SentenceReader extends Embedder {
  /** Finds danger in messages. Rejects if the encoder cannot be loaded or there can be no worker. */
  danger(texts: readonly string[], signal?: AbortSignal): Promise<CrisisSignal[]>;
  /** Encodes each text token by token. Rejects as `danger` does. */
  encode(texts: readonly string[], signal?: AbortSignal): Promise<EncodedText[]>;
}

/** A reader in its own worker, which fetches the encoder on the first call. `base` is the lab's address. */
function createSentenceReader(spawn: () => WorkerLike | Worker, base: string): SentenceReader {
  const worker = new RpcWorker<SentencesApi>('Sentences', spawn);
  const place: EncoderPlace = {
    encoder: embeddedEncoder(base),
    ortBase: new URL('ort/', base).href,
    // A message is short; the model that writes the reply needs the cores.
    threads: 1,
  };
  const embedder = rememberingEmbedder({
    embed: (texts, signal) => worker.call('embed', { texts: [...texts], ...place }, signal ? { signal } : {}),
  });
  return {
    danger: (texts, signal) => worker.call('danger', { texts: [...texts], ...place }, signal ? { signal } : {}),
    encode: (texts, signal) => worker.call('encode', { texts: [...texts], ...place }, signal ? { signal } : {}),
    embed: (texts, signal) => embedder.embed(texts, signal),
  };
}

let shared: SentenceReader | undefined;

/** The page's one reader of sentences. */
function reader(): SentenceReader {
  shared ??= createSentenceReader(
    () =>
      new Worker(new URL('../../workers/sentences/sentences.worker.ts', import.meta.url), {
        type: 'module',
        name: 'sentences',
      }),
    document.baseURI,
  );
  return shared;
}

/** Classifies messages in the page's worker. */
export const readDanger = (texts: readonly string[], signal?: AbortSignal): Promise<CrisisSignal[]> =>
  reader().danger(texts, signal);

/** Sentence vectors from the page's worker. */
export const pageEmbedder: Embedder = { embed: (texts, signal) => reader().embed(texts, signal) };

/** Texts token by token from the page's worker. */
export const pageEncoder: Pick<Encoder, 'encode'> = { encode: (texts, signal) => reader().encode(texts, signal) };
