import type { Env } from 'onnxruntime-common';
import { describe, expect, it } from 'vitest';
import { gpuTensorClass, openOrt, useVendoredOrt } from './ort.ts';

describe('useVendoredOrt', () => {
  it('names the build of the device on the server of the lab, so that nothing is fetched from elsewhere', () => {
    const env = { wasm: {} } as Partial<Env>;
    const place = { ortBase: 'https://lab.example/ort/', threads: 3 };
    useVendoredOrt(env, 'wasm', place);
    expect(env.wasm).toEqual({
      wasmPaths: {
        mjs: 'https://lab.example/ort/ort-wasm-simd-threaded.mjs',
        wasm: 'https://lab.example/ort/ort-wasm-simd-threaded.wasm',
      },
      numThreads: 3,
    });
    useVendoredOrt(env, 'webgpu', place);
    expect(env.wasm?.wasmPaths).toEqual({
      mjs: 'https://lab.example/ort/in-batches.mjs',
      wasm: 'https://lab.example/ort/ort-wasm-simd-threaded.asyncify.wasm',
    });
    useVendoredOrt(env, 'webgpu', { ...place, asBuilt: true });
    expect(env.wasm?.wasmPaths).toMatchObject({
      mjs: 'https://lab.example/ort/ort-wasm-simd-threaded.asyncify.mjs',
    });
  });

  it('leaves a native runtime alone', () => {
    const native: Partial<Env> = {};
    useVendoredOrt(native, 'wasm', { ortBase: 'https://lab.example/ort/', threads: 1 });
    expect(native).toEqual({});
  });
});

describe('openOrt', () => {
  const place = { ortBase: 'https://lab.example/ort/', threads: 2 };

  it.each([
    ['wasm', 'ort-wasm-simd-threaded.mjs'],
    ['webgpu', 'in-batches.mjs'],
  ] as const)('opens the build for %s, which fetches its Wasm from the lab', async (device, mjs) => {
    const { env, InferenceSession } = await openOrt(device, place);
    expect(InferenceSession.create).toBeTypeOf('function');
    expect(env.wasm).toMatchObject({ numThreads: 2, wasmPaths: { mjs: `${place.ortBase}${mjs}` } });
  });

  it("has on a graphics device the class of tensors that its sessions accept, not another copy's", async () => {
    expect(await gpuTensorClass()).toBe((await openOrt('webgpu', place)).Tensor);
    expect(await gpuTensorClass()).not.toBe((await openOrt('wasm', place)).Tensor);
  });
});
