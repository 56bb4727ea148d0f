import { ropeFrequencies, type ModelConfig } from '../formats/config.ts';
import { ATTENTION_BLOCKS, biasDims, biasName, paddedTokens } from './attention.ts';
import { BATCH_INPUTS, maskName, onlyLabels } from './decoder.ts';
import type { Feed, Feeds } from './feed.ts';
import { isAdapted, projectionShape, TARGET_MODULE_NAMES, type LoraConfig } from './lora.ts';
import { dropoutMask } from './dropout.ts';
import { randomStream } from '../random/sfc32.ts';
import type { Batch } from './sequence.ts';

/** Added to the attention score of a masked token. */
const HIDDEN = -1e9;

/** The inputs that describe a batch: tokens, positions, attention masks, and which tokens are predicted. */
export function batchFeeds(config: ModelConfig, { sequences, tokens: filled, labels }: Batch): Feeds {
  const tokens = paddedTokens(filled);
  const ids = new Int32Array(tokens);
  const positions = new Int32Array(tokens);
  const branches = new Int32Array(tokens);
  const documents = new Int32Array(tokens).fill(-1);
  const rows = new Int32Array(labels);
  const targets = new Int32Array(labels);
  const inverse = new Int32Array(tokens).fill(labels);
  let start = 0;
  let label = 0;
  sequences.forEach((sequence, document) => {
    ids.set(sequence.ids, start);
    positions.set(sequence.positions, start);
    branches.set(sequence.branches, start);
    documents.fill(document, start, start + sequence.ids.length);
    sequence.labelled.forEach((flag, i) => {
      if (!flag) return;
      rows[label] = start + i - 1;
      targets[label] = sequence.ids[i] ?? 0;
      inverse[start + i - 1] = label++;
    });
    start += sequence.ids.length;
  });
  const feeds: Feeds = new Map();
  feeds.set(BATCH_INPUTS.ids, { type: 'int32', data: ids, dims: [tokens] });
  feeds.set(BATCH_INPUTS.rows, { type: 'int32', data: rows, dims: [labels] });
  feeds.set(BATCH_INPUTS.inverse, { type: 'int32', data: inverse, dims: [tokens] });
  feeds.set(BATCH_INPUTS.labels, { type: 'int32', data: targets, dims: [labels] });
  const { cos, sin } = angles(config, positions);
  feeds.set(BATCH_INPUTS.cos, { type: 'float32', data: cos, dims: [tokens, config.headDim / 2] });
  feeds.set(BATCH_INPUTS.sin, { type: 'float32', data: sin, dims: [tokens, config.headDim / 2] });
  for (const window of new Set(config.windows)) {
    for (let block = 0; block < ATTENTION_BLOCKS; block++)
      feeds.set(biasName(window, block), attentionBias({ documents, branches, positions }, window, block));
  }
  return feeds;
}

/** Cosines and sines of the rotation angles [T, headDim / 2]. */
function angles(config: ModelConfig, positions: Int32Array): { cos: Float32Array; sin: Float32Array } {
  const frequencies = ropeFrequencies(config);
  const half = frequencies.length;
  const cos = new Float32Array(positions.length * half);
  const sin = new Float32Array(cos.length);
  positions.forEach((position, row) => {
    frequencies.forEach((frequency, k) => {
      cos[row * half + k] = Math.cos(position * frequency);
      sin[row * half + k] = Math.sin(position * frequency);
    });
  });
  return { cos, sin };
}

interface TokenPlaces {
  documents: Int32Array;
  branches: Int32Array;
  positions: Int32Array;
}

/** The attention mask for the rows of one block and the columns up to its end. */
function attentionBias({ documents, branches, positions }: TokenPlaces, window: number | null, block: number): Feed {
  const size = documents.length / ATTENTION_BLOCKS;
  const columns = (block + 1) * size;
  const data = new Float32Array(size * columns).fill(HIDDEN);
  for (let row = 0; row < size; row++) {
    const i = block * size + row;
    for (let j = i; j >= 0 && documents[j] === documents[i]; j--) {
      if (branches[j] !== 0 && branches[j] !== branches[i]) continue;
      if (window !== null && (positions[i] ?? 0) - (positions[j] ?? 0) >= window) continue;
      data[row * columns + j] = 0;
    }
  }
  return { type: 'float32', data, dims: biasDims(documents.length, block) };
}

/**
 * Dropout masks of every adapter for one pass, seeded by `key`: the same key gives the same masks.
 * @param memory the masks of a finished pass, overwritten with those of this one: allocating millions of bytes costs
 * more than drawing them.
 */
export function dropoutFeeds(
  config: ModelConfig,
  lora: LoraConfig,
  batch: Pick<Batch, 'tokens' | 'labels'>,
  key: readonly number[],
  memory = new Map<string, Uint8Array>(),
): Feeds {
  const tokens = paddedTokens(batch.tokens);
  const feeds: Feeds = new Map();
  for (let layer = 0; layer < config.layers; layer++) {
    TARGET_MODULE_NAMES.forEach((target, index) => {
      if (!isAdapted(lora, layer, target)) return;
      const width = projectionShape(config, target)[1];
      const rows = onlyLabels(config, layer, target) ? batch.labels : tokens;
      const name = maskName(layer, target);
      let held = memory.get(name);
      if (!held || held.length < rows * width) memory.set(name, (held = new Uint8Array(rows * width)));
      const mask = dropoutMask(held.subarray(0, rows * width), lora.dropout, randomStream(...key, layer, index));
      feeds.set(name, { type: 'bool', data: mask, dims: [rows, width] });
    });
  }
  return feeds;
}
