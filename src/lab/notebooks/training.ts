import { Lazy } from '../../core/async/memoised.ts';
import type { ChatMessage } from '../../core/context/message.ts';
import type { Decoding, StreamEvent } from '../../core/engine/engine.ts';
import { LabError } from '../../core/error.ts';
import { uniqueId } from '../../core/unique-id.ts';
import { addFromFiles, removeModel } from '../models/adding.ts';
import { listModels } from '../models/list.ts';
import { residency } from '../models/resident-models.ts';
import { adapterFiles, fineTune, type FineTuned, type FineTuneOptions } from '../training.ts';

/** What a notebook learns about a training run; the adapter itself stays in the page under `id`. */
export interface NotebookTraining extends Omit<FineTuned, 'adapter'> {
  id: string;
  /** Number of trained parameters. */
  parameters: number;
}

/** Name of the adapter in the list of models. Only one is kept; the next replaces it. */
const NAME = 'Tuned in a notebook';

/** The adapter that was trained last, and its model. */
let latest: { id: string; model: Lazy<string> } | undefined;

/** Trains an adapter and keeps it until the next one, or until the page is closed. */
export async function trainForNotebook(options: FineTuneOptions): Promise<NotebookTraining> {
  const tuned = await fineTune(options);
  const { adapter, ...told } = tuned;
  latest = { id: uniqueId(), model: new Lazy(() => keep(tuned)) };
  return { ...told, id: latest.id, parameters: adapter.reduce((sum, { data }) => sum + data.length, 0) };
}

/**
 * A reply of the model with that adapter merged in. The first reply adds the adapter to the models of this browser,
 * which makes it available to the chat; it stays in memory next to the notebook's model, so that the two can be
 * compared.
 * @throws {LabError} `not-found` when the adapter is no longer the latest; what loading a model throws.
 */
export async function* replyTuned(
  id: string,
  messages: ChatMessage[],
  decoding: Decoding,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  if (latest?.id !== id) {
    throw new LabError({
      code: 'not-found',
      where: id,
      what: 'This adapter is no longer in memory.',
      todo: 'Train again: only the latest one is kept, until you close the page.',
    });
  }
  const lease = await residency.acquire(await latest.model.get(), { signal, beside: true });
  try {
    yield* lease.model.stream(messages, decoding, signal);
  } finally {
    await lease.release();
  }
}

/** Frees the tuned model when the notebook is closed. */
export async function freeTuned(): Promise<void> {
  const id = await latest?.model.current?.catch(() => undefined);
  if (id !== undefined && residency.ids.length > 1) await residency.unload(id);
}

async function keep(tuned: FineTuned): Promise<string> {
  const before = (await listModels()).filter(({ name, embedded }) => name === NAME && !embedded);
  for (const { id } of before) await removeModel(id);
  const files = [...(await adapterFiles(tuned))].map(([path, blob]) => new File([blob], path));
  return (await addFromFiles(files, { paths: files.map(({ name }) => `${NAME}/${name}`) })).id;
}
