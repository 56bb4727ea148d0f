import type { Page, Worker } from 'playwright-core';
import { countGpu, FEW_TOKENS, perToken, type CountedScope, type GpuCounts } from './count-gpu.ts';
import type { InPage } from './page-model.ts';

/** New tokens of the longer of the two replies that are compared. */
const MORE_TOKENS = 6;

/** What a token of a model of two layers costs at most: two logits are read (docs/benchmarks/engines.md). */
const MOST_OF_TWO_LAYERS: Partial<GpuCounts> = { dispatches: 16, passes: 9, submits: 2, reads: 1, bytesRead: 16 };

/** What a token of a model of two layers costs more than it may. */
export const exceeded = (counts: GpuCounts): string[] =>
  Object.entries(MOST_OF_TWO_LAYERS).flatMap(([name, most]) => {
    const count = counts[name as keyof GpuCounts];
    return count <= most ? [] : [`${name}: ${count}, not ${most}`];
  });

/** What one token of a reply costs, exactly (see `perToken`). For pages that have loaded a model (page-model.ts). */
export async function gpuCountsPerToken(page: Page): Promise<GpuCounts> {
  await engineWorker(page).evaluate(countGpu);
  await countedReply(page, FEW_TOKENS);
  const few = await countedReply(page, FEW_TOKENS);
  const more = await countedReply(page, MORE_TOKENS);
  return perToken<keyof GpuCounts>(few, more, MORE_TOKENS - FEW_TOKENS);
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
  return perToken<keyof GpuCounts>(before, await countsOf(page), 1);
}

async function countsOf(page: Page): Promise<GpuCounts> {
  return engineWorker(page).evaluate(() => ({ ...(globalThis as unknown as CountedScope).gpuCounts }));
}

/** The worker of the model that is loaded. */
export function engineWorker(page: Page): Worker {
  const [worker] = page.workers().filter((each) => /engine\.worker/.test(each.url()));
  if (!worker) throw new Error('No model is loaded.');
  return worker;
}
