import { EXPORT_FORMATS, type ExportDtype } from './dtype.ts';
import type { NBits } from './nbits.ts';

/** Matrices of a layer that are stored as one, with their rows concatenated. */
export const STACKED: Record<string, string[]> = {
  'self_attn.qkv_proj': ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'],
  'self_attn.o_proj': ['self_attn.o_proj'],
  'mlp.gate_proj': ['mlp.gate_proj'],
  'mlp.up_proj': ['mlp.up_proj'],
  'mlp.down_proj': ['mlp.down_proj'],
};

/** Bits of matrices that are stored together: if one needs 8, all get 8. Null for floats. */
export function bitsOf(
  tensors: readonly string[],
  dtype: ExportDtype,
  eightBits: (tensor: string) => boolean,
): NBits | null {
  const { bits } = EXPORT_FORMATS[dtype];
  return bits === 4 && tensors.some(eightBits) ? 8 : bits;
}
