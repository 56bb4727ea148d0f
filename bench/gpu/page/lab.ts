import type { LoadedModel } from '../../../src/core/engine/engine.ts';
import { EMBEDDED_MODEL, EMBEDDED_MODEL_ID } from '../../../src/core/engine/embedded.ts';
import { loadModel } from '../../../src/lab/models/loading.ts';
import { LOADERS } from '../../../workers/engine/loaders.ts';
import { at, measureReplies, threads, type Bench, type Contender, type Reading } from './bench.ts';
import { tokenCost, watchTokens } from './token-cost.ts';

const GREEDY = { temperature: 0, topP: 1, topK: 0, seed: 1 };

/** The lab's own engine in its worker, as the page uses it. */
export const measureLab = (bench: Bench): Promise<void> =>
  measureReplies(bench, async (): Promise<Contender> => {
    const model = await loadModel(EMBEDDED_MODEL_ID, { device: 'webgpu' });
    if (model.info.device !== 'webgpu') throw new Error(model.info.note ?? 'The model runs on the processor.');
    return {
      where: `${model.info.engine} on ${model.info.device}, in a worker`,
      reply: (round, newTokens) => labReply(model, round.content, newTokens),
      unload: () => model.unload(),
    };
  });

/** The same engine in the page itself, where its calls can be counted and timed. */
export async function profileLab({ plan, report, secondsLeft }: Bench): Promise<void> {
  await watchTokens();
  const model = await LOADERS.transformers(
    {
      record: EMBEDDED_MODEL,
      choice: { engine: 'transformers', device: 'webgpu' },
      base: at(''),
      threads: threads(),
    },
    {},
  );
  if (model.info.device !== 'webgpu') throw new Error(model.info.note ?? 'The model runs on the processor.');
  const content = plan.prompts[0]?.rounds[0]?.content ?? '';
  const start = secondsLeft();
  const reply = async (newTokens: number): Promise<number> => (await labReply(model, content, newTokens)).newTokens;
  await reply(1);
  report({ type: 'note', text: `counting; the first token took ${(start - secondsLeft()).toFixed(1)} s` });
  report({ type: 'token', ...(await tokenCost(reply, Math.min(plan.newTokens, 32))) });
  await model.unload();
}

async function labReply(model: LoadedModel, content: string, maxNewTokens: number): Promise<Reading> {
  for await (const event of model.stream([{ role: 'user', content }], { ...GREEDY, maxNewTokens })) {
    if (event.type !== 'done') continue;
    const { promptTokens, newTokens, firstTokenMs, decodeMs } = event.stats;
    const tokensPerSecond = newTokens > 1 && decodeMs > 0 ? ((newTokens - 1) / decodeMs) * 1000 : null;
    return { promptTokens, newTokens, firstTokenMs, tokensPerSecond };
  }
  throw new Error('The reply did not end.');
}
