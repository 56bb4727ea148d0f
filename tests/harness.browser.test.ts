import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch } from './harness/browser.ts';
import { findChromium, fromPackage, type Chromium } from './harness/chromium.ts';

// The browser has these, but TypeScript's library does not.
declare const GPUBufferUsage: Record<'STORAGE' | 'COPY_SRC' | 'COPY_DST' | 'MAP_READ', number>;
declare const GPUMapMode: Record<'READ', number>;

/** Doubles a number on the GPU, which shows more than that an adapter is announced. */
async function doubleOnGpu(value: number): Promise<number | null> {
  const adapter = await navigator.gpu?.requestAdapter();
  const device = await adapter?.requestDevice();
  if (!device) return null;
  const code = `@group(0) @binding(0) var<storage, read_write> cell: array<f32>;
    @compute @workgroup_size(1) fn main() { cell[0] = cell[0] * 2.0; }`;
  const pipeline = device.createComputePipeline({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code }) },
  });
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const cell = device.createBuffer({ size: 4, usage: STORAGE | COPY_SRC | COPY_DST });
  const result = device.createBuffer({ size: 4, usage: MAP_READ | COPY_DST });
  device.queue.writeBuffer(cell, 0, new Float32Array([value]));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  const entries = [{ binding: 0, resource: { buffer: cell } }];
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(cell, 0, result, 0, 4);
  device.queue.submit([encoder.finish()]);
  await result.mapAsync(GPUMapMode.READ);
  return new Float32Array(result.getMappedRange())[0] ?? null;
}

const server = createServer((_request, response) => response.setHeader('Content-Type', 'text/html').end('<p>Page'));
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => void server.close());

async function computeIn(chromium: Chromium, webgpu: boolean): Promise<number | null> {
  const browser = await launch({ webgpu, chromium });
  const page = await browser.newPage();
  await page.goto(url);
  const result = await page.evaluate(doubleOnGpu, 21);
  await browser.close();
  return result;
}

describe('the Chromium that was found', () => {
  it('computes on WebGPU', async () => {
    expect(await computeIn(await findChromium(), true)).toBe(42);
  });

  it('has none if a test asks for a machine without it', async () => {
    expect(await computeIn(await findChromium(), false)).toBeNull();
  });
});

describe('the Chromium of the npm package', () => {
  it.runIf(process.platform === 'linux' && process.arch === 'x64')('computes on WebGPU', async () => {
    const chromium = await fromPackage();
    if (!chromium) throw new Error('The package has no Chromium for this machine.');
    expect(await computeIn(chromium, true)).toBe(42);
  });
});
