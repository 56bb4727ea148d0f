import { countGpu, FEW_TOKENS, perToken, type CountedScope, type GpuCounts } from '../../../tests/harness/count-gpu.ts';
import { openOrt } from '../../../src/engines/ort.ts';
import type { TokenCost } from '../results.ts';
import { at, threads } from './bench.ts';

const scope = globalThis as unknown as CountedScope;

/** Milliseconds in ONNX Runtime so far, without those in which it waited for the device. */
let runtimeMs = 0;
let watched = false;

/** From now on, the calls of WebGPU in this page are counted, and the time in ONNX Runtime is summed. */
export async function watchTokens(): Promise<void> {
  countGpu();
  if (watched) return;
  watched = true;
  const { InferenceSession } = await openOrt('webgpu', { ortBase: at('ort/'), threads: threads() });
  type Run = (...given: unknown[]) => Promise<unknown>;
  const { prototype } = InferenceSession as unknown as { prototype: { run: Run } };
  const { run } = prototype;
  prototype.run = async function (...given) {
    const [start, waited] = [performance.now(), scope.gpuWaitMs()];
    try {
      return await run.apply(this, given);
    } finally {
      runtimeMs += performance.now() - start - (scope.gpuWaitMs() - waited);
    }
  };
}

type Sums = GpuCounts & { allMs: number; runtimeMs: number; waitMs: number };

/**
 * What one token costs the engine in this page: the difference between a short and a longer reply to one message.
 * `reply` returns the number of new tokens.
 */
export async function tokenCost(reply: (newTokens: number) => Promise<number>, newTokens: number): Promise<TokenCost> {
  const sums = async (wanted: number): Promise<Sums> => {
    const before = sumsNow();
    const got = await reply(wanted);
    if (got !== wanted) throw new Error(`The reply has ${got} tokens instead of ${wanted}.`);
    return perToken<keyof Sums>(before, sumsNow(), 1);
  };
  // The first fills the cache and compiles shaders.
  await sums(FEW_TOKENS);
  const few = await sums(FEW_TOKENS);
  const { allMs, runtimeMs, waitMs, ...counts } = perToken<keyof Sums>(
    few,
    await sums(FEW_TOKENS + newTokens),
    newTokens,
  );
  return { counts, runtimeMs, waitMs, scriptMs: allMs - runtimeMs - waitMs };
}

const sumsNow = (): Sums => ({
  ...scope.gpuCounts,
  allMs: performance.now(),
  runtimeMs,
  waitMs: scope.gpuWaitMs(),
});
