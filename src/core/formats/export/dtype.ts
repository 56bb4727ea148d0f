import type { NBits } from './nbits.ts';

interface ExportFormat {
  /** The suffix that transformers.js appends to `model` for this dtype. */
  suffix: string;
  /** Type of activations, cache and logits. */
  io: 'float32' | 'float16';
  /** Bits of the layers' matrices; null for floats. */
  bits: NBits | null;
}

/**
 * The dtypes for export, under the names of transformers.js. Embedding and output matrix have 8 bits in the quantised
 * ones.
 */
export const EXPORT_FORMATS = {
  fp32: { suffix: '', io: 'float32', bits: null },
  fp16: { suffix: '_fp16', io: 'float16', bits: null },
  q8: { suffix: '_quantized', io: 'float32', bits: 8 },
  q4: { suffix: '_q4', io: 'float32', bits: 4 },
  q4f16: { suffix: '_q4f16', io: 'float16', bits: 4 },
} as const satisfies Record<string, ExportFormat>;

export type ExportDtype = keyof typeof EXPORT_FORMATS;

export const EXPORT_DTYPES = Object.keys(EXPORT_FORMATS) as ExportDtype[];
