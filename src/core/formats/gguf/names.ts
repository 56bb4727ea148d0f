/**
 * Parts of a decoder layer: GGUF's name and the name in a Hugging Face checkpoint (llama.cpp
 * `gguf-py/gguf/tensor_mapping.py`).
 */
const LAYER_PARTS: [gguf: string, hf: string][] = [
  ['attn_norm', 'input_layernorm'],
  ['attn_q', 'self_attn.q_proj'],
  ['attn_k', 'self_attn.k_proj'],
  ['attn_v', 'self_attn.v_proj'],
  ['attn_output', 'self_attn.o_proj'],
  ['ffn_norm', 'post_attention_layernorm'],
  ['ffn_gate', 'mlp.gate_proj'],
  ['ffn_up', 'mlp.up_proj'],
  ['ffn_down', 'mlp.down_proj'],
];
const TOP_PARTS: [gguf: string, hf: string][] = [
  ['token_embd', 'model.embed_tokens'],
  ['output_norm', 'model.norm'],
  ['output', 'lm_head'],
];

const layerToHf = new Map(LAYER_PARTS);
const layerToGguf = new Map(LAYER_PARTS.map(([gguf, hf]) => [hf, gguf]));
const topToHf = new Map(TOP_PARTS);
const topToGguf = new Map(TOP_PARTS.map(([gguf, hf]) => [hf, gguf]));

/**
 * `blk.0.attn_q.weight` → `model.layers.0.self_attn.q_proj.weight`; undefined for names that no Llama-shaped model has.
 */
export function hfName(gguf: string): string | undefined {
  const layer = /^blk\.(\d+)\.(\w+)\.(weight|bias)$/.exec(gguf);
  if (layer) {
    const part = layerToHf.get(layer[2] ?? '');
    return part && `model.layers.${layer[1]}.${part}.${layer[3]}`;
  }
  const top = /^(\w+)\.(weight|bias)$/.exec(gguf);
  const part = topToHf.get(top?.[1] ?? '');
  return part && `${part}.${top?.[2]}`;
}

/** The inverse of `hfName`. */
export function ggufName(hf: string): string | undefined {
  const layer = /^model\.layers\.(\d+)\.(.+)\.(weight|bias)$/.exec(hf);
  if (layer) {
    const part = layerToGguf.get(layer[2] ?? '');
    return part && `blk.${layer[1]}.${part}.${layer[3]}`;
  }
  const top = /^(.+)\.(weight|bias)$/.exec(hf);
  const part = topToGguf.get(top?.[1] ?? '');
  return part && `${part}.${top?.[2]}`;
}

/** True for the projections whose rows llama.cpp reorders for its interleaved rotary embedding. */
export function isRotated(hf: string): boolean {
  return /\.self_attn\.[qk]_proj\.(weight|bias)$/.test(hf);
}
