import { describe, expect, it } from 'vitest';
import { chooseDevice, gpuObstacle, type Surroundings } from './choose-device.ts';
import { probeGpu, type GpuProbe } from './gpu.ts';
import { CARD } from './testing/card.ts';

const NO_HALVES: GpuProbe = { ...CARD, halfPrecision: false };
const PROGRAM: GpuProbe = { ...CARD, software: true, description: 'google swiftshader' };
const NONE: GpuProbe = { available: false, reason: 'no graphics adapter was found' };
const here = (gpu: GpuProbe, suspends = true): Surroundings => ({ gpu, suspends });

const ONNX = { auto: 'transformers', webgpu: 'transformers', wasm: 'wllama' } as const;
const GGUF = { auto: 'wllama', webgpu: 'wllama', wasm: 'wllama' } as const;
const MLC = { auto: 'webllm', webgpu: 'webllm' } as const;
const ENDPOINT = { auto: 'openai', webgpu: 'openai', wasm: 'openai' } as const;

describe('chooseDevice', () => {
  it.each([
    ['ONNX on a card', ONNX, here(CARD)],
    ['ONNX on a card without half precision', ONNX, here(NO_HALVES)],
    ['ONNX if Wasm cannot suspend', ONNX, here(CARD, false)],
    ['a GGUF on a card', GGUF, here(CARD)],
    ['MLC, which has no alternative', MLC, here(NONE)],
  ])('takes WebGPU for %s', (_, engines, around) =>
    expect(chooseDevice(engines, around)).toEqual({ device: 'webgpu' }),
  );

  it.each([
    ['ONNX without an adapter', ONNX, here(NONE), /no graphics adapter was found/],
    ['a GGUF without an adapter', GGUF, here(NONE), /no graphics adapter was found\.$/],
    ['ONNX on a software adapter', ONNX, here(PROGRAM), /is a program \(google swiftshader\)/],
    ['a GGUF on a software adapter', GGUF, here(PROGRAM), /is a program \(google swiftshader\)/],
    ['a GGUF on a card without half precision', GGUF, here(NO_HALVES), /shader-f16.*Converted for WebGPU, it can/],
    ['a GGUF if Wasm cannot suspend', GGUF, here(CARD, false), /JSPI.*Converted for WebGPU, it can/],
  ])('takes Wasm and says why for %s', (_, engines, around, why) => {
    const { device, note } = chooseDevice(engines, around);
    expect(device).toBe('wasm');
    expect(note).toMatch(why);
  });

  it('has no note about the device of an endpoint', () =>
    expect(chooseDevice(ENDPOINT, here(NONE))).toEqual({ device: 'wasm' }));

  it('lets a person choose a software adapter, and names what an engine lacks', () => {
    expect(gpuObstacle('transformers', here(PROGRAM))).toBeUndefined();
    expect(gpuObstacle('wllama', here(PROGRAM))).toBeUndefined();
    expect(gpuObstacle('wllama', here(NONE))).toBe('no graphics adapter was found');
  });
});

describe('probeGpu', () => {
  const LIMITS = { maxBufferSize: 2 ** 28, maxStorageBufferBindingSize: 2 ** 27, maxStorageBuffersPerShaderStage: 8 };
  const gpu = (adapter: object | null) => ({ requestAdapter: () => Promise.resolve(adapter as GPUAdapter | null) });
  const adapter = (info: object, more: object = {}) =>
    gpu({ limits: LIMITS, features: new Set(['shader-f16']), info, ...more });

  it('reads the features of a card', async () => {
    expect(await probeGpu(adapter({ vendor: 'acme', architecture: 'card', description: '' }))).toEqual({
      available: true,
      software: false,
      halfPrecision: true,
      maxBufferBytes: 2 ** 28,
      maxBindingBytes: 2 ** 27,
      maxBuffersPerShader: 8,
      description: 'acme card',
    });
  });

  it.each([
    ['its info says so', adapter({ vendor: 'acme', isFallbackAdapter: true })],
    ['the adapter says so, as it did in older browsers', adapter({ vendor: 'acme' }, { isFallbackAdapter: true })],
    ['its name is known', adapter({ vendor: 'google', architecture: 'swiftshader' })],
    ['its description is known', adapter({ vendor: 'mesa', architecture: '', description: 'llvmpipe (LLVM 19)' })],
  ])('recognises a software adapter if %s', async (_, fake) =>
    expect(await probeGpu(fake)).toMatchObject({ available: true, software: true }),
  );

  it('never throws', async () => {
    expect(await probeGpu(gpu(null))).toEqual({ available: false, reason: 'no graphics adapter was found' });
    expect(await probeGpu({ requestAdapter: () => Promise.reject(new Error('blocked')) })).toEqual({
      available: false,
      reason: 'WebGPU could not be started: blocked',
    });
  });
});
