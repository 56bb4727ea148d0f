import { env, pipeline, TextStreamer } from '@huggingface/transformers';
import { EMBEDDED_MODEL_ID } from '../../../src/core/engine/embedded.ts';
import { useVendoredOrt } from '../../../src/engines/ort.ts';
import { at, measureReplies, readingOf, threads, type Bench, type Contender, type Reading } from './bench.ts';
import { tokenCost, watchTokens } from './token-cost.ts';

/** transformers.js as its documentation uses it, with the same folder: its text-generation pipeline, in the page. */
export async function measureTransformers(bench: Bench): Promise<void> {
  env.allowLocalModels = false;
  env.remoteHost = at('');
  env.remotePathTemplate = 'models/{model}';
  // It would import the runtime from a blob, which the lab's policy forbids.
  env.useWasmCache = false;
  useVendoredOrt(env.backends.onnx, 'webgpu', { ortBase: at('ort/'), threads: threads(), asBuilt: true });
  let last: ((newTokens: number) => Promise<Reading>) | undefined;
  const load = async (): Promise<Contender> => {
    const generator = await pipeline('text-generation', EMBEDDED_MODEL_ID, { device: 'webgpu', dtype: 'q4' });
    const reply = async (content: string, newTokens: number): Promise<Reading> => {
      const times: number[] = [];
      let promptTokens: number | null = null;
      const streamer = new TextStreamer(generator.tokenizer, {
        skip_prompt: true,
        callback_function: () => undefined,
        token_callback_function: () => void times.push(performance.now()),
      });
      const put = streamer.put.bind(streamer);
      // The first tokens that it is given are the prompt's.
      streamer.put = (value) => {
        promptTokens ??= value[0]?.length ?? null;
        put(value);
      };
      const start = performance.now();
      await generator([{ role: 'user', content }], { max_new_tokens: newTokens, do_sample: false, streamer });
      return readingOf(start, times, promptTokens);
    };
    last = (newTokens) => reply(bench.plan.prompts[0]?.rounds[0]?.content ?? '', newTokens);
    return {
      where: 'transformers.js on webgpu, in the page',
      reply: (round, newTokens) => reply(round.content, newTokens),
      unload: () => generator.dispose(),
    };
  };
  await measureReplies(bench, load, async () => {
    await watchTokens();
    const again = last;
    if (!again) return;
    const newTokens = Math.min(bench.plan.newTokens, 32);
    bench.report({
      type: 'token',
      ...(await tokenCost(async (wanted) => (await again(wanted)).newTokens, newTokens)),
    });
  });
}
