import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';
import { openEncoder, type Encoder } from '../core/engine/encoder.ts';
import { Lazy } from '../core/async/memoised.ts';
import { embedderOf, rememberingEmbedder, type Embedder } from '../core/embedding/embedder.ts';
import { nodeFiles } from './node-files.ts';
import { EMBEDDED_ENCODER } from '../core/engine/embedded.ts';

const EMBEDDED = fileURLToPath(new URL(`../../public/${EMBEDDED_ENCODER.url}`, import.meta.url));

/** An encoder's folder on this machine, for Node; the embedded one by default. Throws as `openEncoder`. */
export async function loadFolderEncoder(folder = EMBEDDED): Promise<Encoder> {
  return openEncoder(await nodeFiles(folder), ort);
}

/** Sentence vectors of the embedded encoder, which is loaded with the first text. */
export function nodeEmbedder(): Embedder {
  const encoder = new Lazy(() => loadFolderEncoder());
  return rememberingEmbedder({
    embed: async (texts, signal) => embedderOf(await encoder.get()).embed(texts, signal),
  });
}
