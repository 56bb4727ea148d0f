/** Sentence embeddings of phrases, cached in .cache because the encoder takes a minute for thousands. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { loadFolderEncoder } from '../../src/node/encoder-node.ts';
import { sentenceEmbedding } from '../../src/core/embedding/embedder.ts';
import { FEATURES } from '../../src/core/safety/features.ts';

const FOLDER = join(import.meta.dirname, '../../.cache');
const [NAMES, NUMBERS] = [join(FOLDER, 'danger-texts.json'), join(FOLDER, 'danger-embeddings.bin')];

function readCache(): Map<string, Float32Array> {
  if (!existsSync(NAMES) || !existsSync(NUMBERS)) return new Map();
  const texts = z.array(z.string()).parse(JSON.parse(readFileSync(NAMES, 'utf8')));
  const numbers = new Float32Array(new Uint8Array(readFileSync(NUMBERS)).buffer);
  const { dimension } = FEATURES;
  if (numbers.length !== texts.length * dimension) return new Map();
  return new Map(texts.map((text, i) => [text, numbers.slice(i * dimension, (i + 1) * dimension)]));
}

/** The embedding of each text. */
export async function embedAll(texts: readonly string[]): Promise<Float32Array[]> {
  const known = readCache();
  const missing = [...new Set(texts)].filter((text) => !known.has(text));
  if (missing.length > 0) {
    const encoder = await loadFolderEncoder();
    for (const text of missing)
      for (const encoded of await encoder.encode([text])) known.set(text, sentenceEmbedding(encoded));
    await encoder.release();
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(NAMES, JSON.stringify([...known.keys()]));
    writeFileSync(NUMBERS, Buffer.concat([...known.values()].map(({ buffer }) => Buffer.from(buffer))));
  }
  return texts.map((text) => {
    const embedding = known.get(text);
    if (!embedding) throw new Error(`The encoder gave no embedding of "${text}".`);
    return embedding;
  });
}
