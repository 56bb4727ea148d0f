import type { ModelTokenizer } from '../../core/engine/engine.ts';
import type { ModelRecord } from '../../core/engine/record.ts';
import type { RpcWorker } from '../../rpc/worker.ts';
import type { LibraryApi } from '../../../workers/library/api.ts';
import { catalogue } from './catalogue.ts';
import { labAddress, libraryWorker, openLibraryWorker } from './workers.ts';

/** A tokenizer that can be closed while it counts. */
export type OwnTokenizer = ModelTokenizer & { close(): void };

/**
 * A model's tokenizer and chat template without its weights, outside the model's worker, so that counting does not wait
 * for a reply. It is opened immediately, so that a failure shows at once.
 * @throws {LabError} `unsupported` for MLC models and endpoints.
 */
export async function openTokenizer(id: string): Promise<ModelTokenizer> {
  return openRecordTokenizer(await catalogue.find(id));
}

/** The same for a record that need not be listed. */
export const openRecordTokenizer = (record: ModelRecord): Promise<ModelTokenizer> => tokenizerIn(libraryWorker, record);

/** The same in its own worker, for work that must be stoppable: `close` ends it. */
export async function openOwnTokenizer(id: string): Promise<OwnTokenizer> {
  const own = openLibraryWorker('tokenizer');
  try {
    return { ...(await tokenizerIn(own, await catalogue.find(id))), close: () => own.terminate() };
  } catch (error) {
    own.terminate();
    throw error;
  }
}

async function tokenizerIn(worker: RpcWorker<LibraryApi>, record: ModelRecord): Promise<ModelTokenizer> {
  const model = { record, base: labAddress() };
  await worker.call('countTokens', { ...model, texts: [], form: 'words' });
  return {
    countTokens: (texts, form = 'words') => worker.call('countTokens', { ...model, texts, form }),
    renderPrompt: (messages) => worker.call('renderPrompt', { ...model, messages }),
  };
}
