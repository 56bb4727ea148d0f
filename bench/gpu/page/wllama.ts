import { Wllama } from '@wllama/wllama';
import { EMBEDDED_MODEL } from '../../../src/core/engine/embedded.ts';
import { memorySink } from '../../../src/core/formats/export/memory-sink.ts';
import { checkpointToGguf } from '../../../src/core/formats/gguf/from-checkpoint.ts';
import { gpuObstacle, surroundings } from '../../../src/engines/choose-device.ts';
import { openExportedFiles } from '../../../src/engines/exported-files.ts';
import { LlamaLog } from '../../../src/engines/wllama/log.ts';
import { recordFiles } from '../../../workers/engine/record-files.ts';
import { at, measureReplies, readingOf, threads, type Bench, type Contender } from './bench.ts';

const CONTEXT = 4096;

/** wllama alone on WebGPU, with the weights of the folder as a GGUF, block for block; making that is not timed. */
export async function measureWllama(bench: Bench): Promise<void> {
  const obstacle = gpuObstacle('wllama', await surroundings());
  if (obstacle !== undefined) throw new Error(`wllama can't use WebGPU here: ${obstacle}.`);
  const gguf = await makeGguf();
  await measureReplies(bench, async (): Promise<Contender> => {
    const log = new LlamaLog();
    const wllama = new Wllama({ default: at('wllama/wllama.wasm') }, { suppressNativeLog: false, logger: log.logger });
    // Its fallback build would be fetched from another server.
    wllama.setCompat(null);
    await wllama.loadModel([gguf], { n_ctx: CONTEXT, n_threads: threads(), n_gpu_layers: 99_999, n_parallel: 1 });
    if (log.placement().device !== 'webgpu')
      throw new Error(`llama.cpp put the model into main memory (${log.gpuError() ?? 'it found no graphics device'}).`);
    return {
      where: 'wllama on webgpu',
      async reply({ rendered }, newTokens) {
        const times: number[] = [];
        let promptTokens: number | null = null;
        const start = performance.now();
        await wllama.createCompletion({
          prompt: rendered,
          max_tokens: newTokens,
          temperature: 0,
          ignore_eos: true,
          stream: true,
          onData: (chunk: { timings?: { prompt_n?: number; cache_n?: number } }) => {
            times.push(performance.now());
            promptTokens = (chunk.timings?.prompt_n ?? 0) + (chunk.timings?.cache_n ?? 0) || promptTokens;
          },
        } as never);
        return readingOf(start, times, promptTokens);
      },
      unload: () => wllama.exit(),
    };
  });
}

async function makeGguf(): Promise<Blob> {
  const checkpoint = await openExportedFiles(await recordFiles(EMBEDDED_MODEL, at(''), {}), {});
  const sink = memorySink('model.gguf');
  await checkpointToGguf(checkpoint, sink, { name: EMBEDDED_MODEL.id, type: 'keep' });
  return sink.blob();
}
