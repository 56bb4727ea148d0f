import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { at } from '../at.ts';
import { closest } from '../embedding/closest.ts';
import { LabError } from '../error.ts';
import type { Exchange } from './exchanges.ts';

/** A similar exchange, and the cosine of its message's embedding with the one looked up. */
export interface FoundExchange extends Exchange {
  similarity: number;
}

/** The embeddings of exchanges, to look up similar ones. */
export interface ExchangeIndex {
  /** The most similar exchanges, at most one of each dialogue, most similar first. */
  nearest(embedding: Float32Array, count: number): FoundExchange[];
}

const MAGIC = 0x31584c53;
const HEADER = 12 + 32;
/** Largest magnitude of a value in 4 bits. */
const LARGEST = 7;
/** Less similar exchanges are about something else. */
const LEAST_SIMILARITY = 0.3;
/** How many similar exchanges are looked through for some of different dialogues. */
const MOST = 100;

/**
 * The embeddings of exchanges as a file: magic, count and dimension (32-bit, little-endian), the SHA-256 of the
 * exchanges, then for each exchange a scale (32-bit float) and its values in 4 bits, the first of two in the low half.
 */
export function writeExchangeIndex(exchanges: readonly Exchange[], embeddings: readonly Float32Array[]): Uint8Array {
  const dimension = embeddings[0]?.length ?? 0;
  const row = 4 + dimension / 2;
  const bytes = new Uint8Array(HEADER + row * embeddings.length);
  const view = new DataView(bytes.buffer);
  [MAGIC, embeddings.length, dimension].forEach((value, i) => view.setUint32(4 * i, value, true));
  bytes.set(hashOf(exchanges), 12);
  embeddings.forEach((embedding, i) => {
    const start = HEADER + row * i;
    const scale = Math.max(...embedding.map(Math.abs)) / LARGEST || 1;
    view.setFloat32(start, scale, true);
    for (let j = 0; j < dimension; j += 2) {
      const [low, high] = [j, j + 1].map((place) => Math.round((embedding[place] ?? 0) / scale) + 8);
      bytes[start + 4 + j / 2] = (low ?? 8) | ((high ?? 8) << 4);
    }
  });
  return bytes;
}

/**
 * Opens such a file for the exchanges that it was made from.
 * @throws {LabError} `bad-file` when it is something else, or was made from others.
 */
export function openExchangeIndex(bytes: Uint8Array, exchanges: readonly Exchange[], where: string): ExchangeIndex {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [magic, count = 0, dimension = 0] =
    bytes.length < HEADER ? [] : [0, 4, 8].map((offset) => view.getUint32(offset, true));
  const row = 4 + dimension / 2;
  if (magic !== MAGIC || bytes.length !== HEADER + row * count) throw unreadable(where, 'It is not an index.');
  if (bytesToHex(bytes.subarray(12, HEADER)) !== bytesToHex(hashOf(exchanges)))
    throw unreadable(where, 'It was made from other dialogues.');
  const vectors = exchanges.map((_, i) => {
    const start = HEADER + row * i;
    const scale = view.getFloat32(start, true);
    const vector = new Float32Array(dimension);
    for (let j = 0; j < dimension; j++) {
      const both = bytes[start + 4 + (j >> 1)] ?? 0;
      vector[j] = ((j % 2 === 0 ? both & 15 : both >> 4) - 8) * scale;
    }
    return vector;
  });
  return {
    nearest(embedding, wanted) {
      const found = new Map<string, FoundExchange>();
      for (const { index, similarity } of closest(embedding, vectors, { most: MOST, atLeast: LEAST_SIMILARITY })) {
        const exchange = at(exchanges, index);
        if (found.size < wanted && !found.has(exchange.dialogue))
          found.set(exchange.dialogue, { ...exchange, similarity });
      }
      return [...found.values()];
    },
  };
}

const hashOf = (exchanges: readonly Exchange[]): Uint8Array =>
  sha256(utf8ToBytes(exchanges.map(({ seeker, supporter }) => `${seeker}\n${supporter}`).join('\n')));

const unreadable = (where: string, what: string): LabError =>
  new LabError({ code: 'bad-file', where, what, todo: 'Make it again with npm run corpus -- exchanges.' });
