import type { GpuProbe } from '../gpu.ts';

/** What a browser says of a graphics card that can do all that the lab asks for. */
export const CARD = {
  available: true,
  software: false,
  halfPrecision: true,
  maxBufferBytes: 2 ** 31,
  maxBindingBytes: 2 ** 31,
  maxBuffersPerShader: 10,
  description: 'acme card',
} satisfies GpuProbe;
