import type { LoadOptions } from '../core/engine/engine.ts';
import { RpcWorker } from '../rpc/worker.ts';
import { EMBEDDED_MODEL } from '../core/engine/embedded.ts';
import { addFromFiles } from './models/adding.ts';
import type { ModelSummary } from './models/list.ts';
import { adapterFiles, type FineTuned } from './training.ts';
import type { TunedApi } from '../../workers/merge/handlers.ts';

/**
 * Merges an adapter into the embedded model and adds the result to the models of this browser, so that it can be used
 * in the chat. The merged matrices stay in 32 bits, so that rounding does not lose what was learnt. Rejects as
 * `addFromFiles` does.
 */
export async function addTuned(
  tuned: Pick<FineTuned, 'adapter' | 'lora'>,
  name: string,
  { onProgress, signal }: LoadOptions = {},
): Promise<ModelSummary> {
  const worker = new RpcWorker<TunedApi>(
    'merging',
    () =>
      new Worker(new URL('../../workers/merge/merge.worker.ts', import.meta.url), { type: 'module', name: 'merging' }),
  );
  try {
    const task = {
      record: EMBEDDED_MODEL,
      base: new URL(import.meta.env.BASE_URL, document.baseURI).href,
      name,
      adapter: await adapterFiles(tuned),
    };
    const gguf = await worker.call('merge', task, {
      ...(onProgress && { onEvent: onProgress }),
      ...(signal && { signal }),
    });
    const file = new File([gguf], `${name}.gguf`);
    return await addFromFiles([file], { ...(onProgress && { onProgress }), ...(signal && { signal }) });
  } finally {
    worker.terminate();
  }
}
