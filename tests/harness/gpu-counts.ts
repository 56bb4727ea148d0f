import type { Page, Worker } from 'playwright-core';
import type { InPage } from './page-model.ts';

/** Calls of WebGPU by one engine, and bytes that cross between main memory and the device. */
export interface GpuCounts {
  passes: number;
  dispatches: number;
  submits: number;
  /** Buffers mapped for reading, each a wait for the device. */
  reads: number;
  bytesRead: number;
  bytesWritten: number;
}

/** Counts the WebGPU calls of a worker from now on, in its global `gpuCounts`. */
const COUNT_GPU = `(() => {
  if (globalThis.gpuCounts || !globalThis.GPUQueue) return;
  const counts = { passes: 0, dispatches: 0, submits: 0, reads: 0, bytesRead: 0, bytesWritten: 0 };
  globalThis.gpuCounts = counts;
  const count = ({ prototype }, name, add) => {
    const original = prototype[name];
    prototype[name] = function (...given) {
      add(given, this);
      return original.apply(this, given);
    };
  };
  count(GPUCommandEncoder, 'beginComputePass', () => counts.passes++);
  count(GPUComputePassEncoder, 'dispatchWorkgroups', () => counts.dispatches++);
  count(GPUComputePassEncoder, 'dispatchWorkgroupsIndirect', () => counts.dispatches++);
  count(GPUQueue, 'submit', () => counts.submits++);
  count(GPUQueue, 'writeBuffer', ([, , data, from = 0, size]) => {
    const unit = data.BYTES_PER_ELEMENT ?? 1;
    counts.bytesWritten += size === undefined ? data.byteLength - from * unit : size * unit;
  });
  count(GPUBuffer, 'mapAsync', ([mode, from = 0, size], buffer) => {
    if (!(mode & GPUMapMode.READ)) return;
    counts.reads++;
    counts.bytesRead += size ?? buffer.size - from;
  });
})()`;

/** New tokens of the two replies whose difference is divided. */
const [FEW, MORE] = [2, 6];

/**
 * What one token of a reply costs, exactly: two replies to the same message differ only in their numbers of tokens, and
 * the prompt of both is cached. For pages that have loaded a model (page-model.ts).
 */
export async function gpuCountsPerToken(page: Page): Promise<GpuCounts> {
  await engineWorker(page).evaluate(COUNT_GPU);
  await countedReply(page, FEW);
  const few = await countedReply(page, FEW);
  const more = await countedReply(page, MORE);
  const each = (name: keyof GpuCounts): number => (more[name] - few[name]) / (MORE - FEW);
  return {
    passes: each('passes'),
    dispatches: each('dispatches'),
    submits: each('submits'),
    reads: each('reads'),
    bytesRead: each('bytesRead'),
    bytesWritten: each('bytesWritten'),
  };
}

async function countedReply(page: Page, maxNewTokens: number): Promise<GpuCounts> {
  const before = await countsOf(page);
  const newTokens = await page.evaluate(async (maxNewTokens) => {
    const { model } = globalThis as unknown as InPage;
    const decoding = { temperature: 0, topK: 0, topP: 1, maxNewTokens, seed: 1 };
    for await (const event of model.stream([{ role: 'user', content: 'I feel so lonely.' }], decoding))
      if (event.type === 'done') return event.stats.newTokens;
    return 0;
  }, maxNewTokens);
  if (newTokens !== maxNewTokens) throw new Error(`The reply has ${newTokens} tokens, not ${maxNewTokens}.`);
  const after = await countsOf(page);
  const names = Object.keys(after) as (keyof GpuCounts)[];
  return Object.fromEntries(names.map((name) => [name, after[name] - before[name]])) as unknown as GpuCounts;
}

async function countsOf(page: Page): Promise<GpuCounts> {
  return engineWorker(page).evaluate(() => ({ ...(globalThis as unknown as { gpuCounts: GpuCounts }).gpuCounts }));
}

/** The worker of the model that is loaded. */
export function engineWorker(page: Page): Worker {
  const [worker] = page.workers().filter((each) => /engine\.worker/.test(each.url()));
  if (!worker) throw new Error('No model is loaded.');
  return worker;
}
