/** MLC's storage formats: quantisation bits, then the float type of everything else. */
export const MLC_FORMATS = {
  q0f32: { float: 'float32', quantised: false },
  q0f16: { float: 'float16', quantised: false },
  q4f32_1: { float: 'float32', quantised: true },
  q4f16_1: { float: 'float16', quantised: true },
} as const satisfies Record<string, { float: MlcFloat; quantised: boolean }>;

/** The float type of a format's scales and vectors, and of the quantising arithmetic. */
export type MlcFloat = 'float32' | 'float16';
export type MlcDtype = keyof typeof MLC_FORMATS;
export const MLC_DTYPES = Object.keys(MLC_FORMATS) as MlcDtype[];
