/** Logits that one workgroup sorts. Their keys and ids fill the 16 KiB that every device offers. */
export const TILE = 2048;

/**
 * Declares `keys` and `ids` of a tile, and functions that fill and sort them: the key of a logit orders as the logits
 * do, and of equal logits the lowest id comes first. NaN is the highest of all, so that it is found.
 */
export const tileSorting = (tile: number): string => `
var<workgroup> keys: array<u32, ${tile}>;
var<workgroup> ids: array<u32, ${tile}>;

fn orderOf(bits: u32) -> u32 {
  let magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) { return 0xffffffffu; }
  if (magnitude == 0u) { return 0x80000000u; }
  return select(bits | 0x80000000u, ~bits, bits >= 0x80000000u);
}

fn clearTile(thread: u32) {
  for (var i = thread; i < ${tile}u; i += 256u) {
    keys[i] = 0u;
    ids[i] = 0xffffffffu;
  }
}

fn sortTile(thread: u32) {
  for (var size = 2u; size <= ${tile}u; size <<= 1u) {
    for (var stride = size >> 1u; stride > 0u; stride >>= 1u) {
      workgroupBarrier();
      for (var pair = thread; pair < ${tile / 2}u; pair += 256u) {
        let low = 2u * stride * (pair / stride) + pair % stride;
        let high = low + stride;
        let isAfter = keys[low] < keys[high] || (keys[low] == keys[high] && ids[low] > ids[high]);
        if (isAfter == ((low & size) == 0u)) {
          let key = keys[low];
          keys[low] = keys[high];
          keys[high] = key;
          let id = ids[low];
          ids[low] = ids[high];
          ids[high] = id;
        }
      }
    }
  }
  workgroupBarrier();
}
`;

/** Finds the `kept` highest logits of each tile of 2,048 of a row: pairs of a key and an id. */
export const topLogitsShader = (type: 'float32' | 'float16'): string => `
struct Sizes { entries: u32, kept: u32 }

@group(0) @binding(0) var<storage, read> source: array<u32>;
@group(0) @binding(1) var<storage, read_write> best: array<vec2u>;
@group(0) @binding(2) var<uniform> sizes: Sizes;
${tileSorting(TILE)}
fn floatBits(at: u32) -> u32 {
${type === 'float32' ? '  return source[at];' : HALF_TO_FLOAT}
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u) {
  clearTile(thread);
  for (var i = thread; i < ${TILE}u; i += 256u) {
    let at = group.x * ${TILE}u + i;
    if (at < sizes.entries) {
      keys[i] = orderOf(floatBits(at));
      ids[i] = at;
    }
  }
  sortTile(thread);
  for (var i = thread; i < sizes.kept; i += 256u) {
    best[group.x * sizes.kept + i] = vec2u(keys[i], ids[i]);
  }
}`;

/** In integers, because the 16-bit floats of a shader are an optional feature. */
const HALF_TO_FLOAT = `
  let half = (source[at >> 1u] >> (16u * (at & 1u))) & 0xffffu;
  let sign = (half & 0x8000u) << 16u;
  let exponent = (half >> 10u) & 31u;
  let fraction = half & 1023u;
  if (exponent == 31u) { return sign | 0x7f800000u | (fraction << 13u); }
  if (exponent == 0u) { return sign | bitcast<u32>(f32(fraction) * 0x1p-24f); }
  return sign | ((exponent + 112u) << 23u) | (fraction << 13u);`;
