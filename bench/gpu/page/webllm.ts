import { MLCEngine } from '@mlc-ai/web-llm';
import { at, measureReplies, readingOf, type Bench, type Contender } from './bench.ts';

const MODEL = 'measured';
const CONTEXT = 4096;

/** WebLLM with the library that was given and the model's folder in MLC format. */
export const measureWebLlm = (bench: Bench): Promise<void> =>
  measureReplies(bench, async (): Promise<Contender> => {
    const engine = new MLCEngine({
      appConfig: {
        model_list: [
          {
            model: at('mlc/resolve/main/'),
            model_id: MODEL,
            model_lib: at('mlc/model.wasm'),
            overrides: { context_window_size: CONTEXT },
          },
        ],
      },
      logLevel: 'WARN',
    });
    await engine.reload(MODEL);
    return {
      where: 'WebLLM on webgpu, in the page',
      async reply({ content }, newTokens) {
        await engine.resetChat();
        const times: number[] = [];
        let usage: { prompt_tokens: number; completion_tokens: number } | undefined;
        const start = performance.now();
        const chunks = await engine.chat.completions.create({
          messages: [{ role: 'user', content }],
          stream: true,
          stream_options: { include_usage: true },
          max_tokens: newTokens,
          temperature: 0,
          top_p: 1,
          ignore_eos: true,
        });
        for await (const chunk of chunks) {
          if (chunk.choices.length > 0) times.push(performance.now());
          usage = chunk.usage ?? usage;
        }
        const reading = readingOf(start, times, usage?.prompt_tokens ?? null);
        // A chunk may have no text, and the last one has no token.
        const [first = 0, last = 0] = [times[0], times.at(-1)];
        const tokens = usage?.completion_tokens ?? reading.newTokens;
        return {
          ...reading,
          newTokens: tokens,
          tokensPerSecond: tokens > 1 ? ((tokens - 1) / (last - first)) * 1000 : null,
        };
      },
      unload: () => engine.unload(),
    };
  });
