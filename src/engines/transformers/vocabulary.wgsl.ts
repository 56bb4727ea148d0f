import { BLOCK } from '../../core/formats/quantise.ts';
import { tileSorting } from './top-logits.wgsl.ts';

/** Entries of the vocabulary of which one workgroup computes and sorts the logits. */
export const VOCABULARY_TILE = 512;

/** Codes that one thread multiplies at once. */
const CHUNK = 16;

/** Partial sums of products. With the keys, the ids and the hidden state they fill the 16 KiB that every device has. */
const SUMS = 1024;

/** Values of the hidden state for which there is room. */
export const LARGEST_HIDDEN = 2048;

/** What the shader is made for. */
export interface VocabularyShape {
  /** Type of the hidden state and of the scales. */
  type: 'float32' | 'float16';
  hiddenSize: number;
  /** Values of a position in `residual` and `branch`, of which the first are the hidden state. */
  width: number;
  entries: number;
  epsilon: number;
}

/**
 * The last norm, of `residual + branch` at one position, and the product with the vocabulary's rows, 8 bits in blocks
 * of 32: the logits of a tile, of which the `kept` highest are sorted out as by `topLogitsShader`. Workgroups are tiles
 * times positions from `start` on. All sums are of 32-bit floats.
 */
export function vocabularyShader({ type, hiddenSize, width, entries, epsilon }: VocabularyShape): string {
  const half = type === 'float16';
  const chunks = hiddenSize / CHUNK;
  // Threads read codes in the order in which they are stored, those of several rows at once.
  const rows = Math.floor(SUMS / chunks);
  const quads = hiddenSize / 4;
  const four = half ? 'vec2u' : 'vec4f';
  const widen = (value: string) => (half ? `vec4f(unpack2x16float(${value}.x), unpack2x16float(${value}.y))` : value);
  return `
struct Step { start: u32, kept: u32 }

@group(0) @binding(0) var<storage, read> residual: array<${four}>;
@group(0) @binding(1) var<storage, read> branch: array<${four}>;
@group(0) @binding(2) var<storage, read> gamma: array<vec4f>;
@group(0) @binding(3) var<storage, read> codes: array<vec4u>;
@group(0) @binding(4) var<storage, read> scales: array<${half ? 'u32' : 'f32'}>;
@group(0) @binding(5) var<storage, read_write> logits: array<f32>;
@group(0) @binding(6) var<storage, read_write> best: array<vec2u>;
@group(0) @binding(7) var<uniform> step: Step;

var<workgroup> hidden: array<vec4f, ${quads}>;
var<workgroup> sums: array<f32, ${SUMS}>;
${tileSorting(VOCABULARY_TILE)}
fn scaleOf(block: u32) -> f32 {
${half ? HALF_SCALE : '  return scales[block];'}
}

fn normalise(thread: u32, position: u32) {
  let base = position * ${width / 4}u;
  var squares = 0f;
  for (var i = thread; i < ${quads}u; i += 256u) {
    let sum = ${widen('residual[base + i]')} + ${widen('branch[base + i]')};
    hidden[i] = sum;
    squares += dot(sum, sum);
  }
  sums[thread] = squares;
  for (var stride = 128u; stride > 0u; stride >>= 1u) {
    workgroupBarrier();
    if (thread < stride) { sums[thread] += sums[thread + stride]; }
  }
  workgroupBarrier();
  let factor = inverseSqrt(sums[0] / ${hiddenSize}f + ${epsilon}f);
  for (var i = thread; i < ${quads}u; i += 256u) { hidden[i] *= factor * gamma[i]; }
  workgroupBarrier();
}

fn productOf(chunk: u32, column: u32) -> f32 {
  let packed = codes[chunk];
  var sum = 0f;
  for (var i = 0u; i < 4u; i++) {
    let four = (vec4u(packed[i]) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(255u);
    sum += dot(vec4f(four) - 128f, hidden[4u * column + i]);
  }
  return sum * scaleOf(chunk / ${BLOCK / CHUNK}u);
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u) {
  clearTile(thread);
  normalise(thread, step.start + group.y);
  for (var first = 0u; first < ${VOCABULARY_TILE}u; first += ${rows}u) {
    let before = group.x * ${VOCABULARY_TILE}u + first;
    let present = min(${VOCABULARY_TILE}u - first, max(before, ${entries}u) - before);
    let rows = min(${rows}u, present);
    for (var i = thread; i < rows * ${chunks}u; i += 256u) {
      sums[i] = productOf(before * ${chunks}u + i, i % ${chunks}u);
    }
    workgroupBarrier();
    for (var row = thread; row < rows; row += 256u) {
      var logit = 0f;
      for (var i = 0u; i < ${chunks}u; i++) { logit += sums[row * ${chunks}u + i]; }
      logits[group.y * ${entries}u + before + row] = logit;
      keys[first + row] = orderOf(bitcast<u32>(logit));
      ids[first + row] = before + row;
    }
    workgroupBarrier();
  }
  if (step.kept == 0u) { return; }
  sortTile(thread);
  for (var i = thread; i < step.kept; i += 256u) {
    best[group.x * step.kept + i] = vec2u(keys[i], ids[i]);
  }
}`;
}

const HALF_SCALE = `
  let pair = unpack2x16float(scales[block >> 1u]);
  return select(pair.x, pair.y, (block & 1u) == 1u);`;
