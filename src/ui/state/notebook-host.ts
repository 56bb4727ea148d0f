import type { LoadedModel } from '../../engine/engine.ts';
import { EMBEDDED_MODEL_ID } from '../../lab/embedded.ts';
import { openTokenizer } from '../../lab/models.ts';
import { NotebookDoor, type Permission } from '../../lab/notebooks.ts';
import { models } from './models.svelte.ts';

/** A door for the notebook that is being opened; `ask` shows the person what it wants. */
export function openDoor(ask: (permission: Permission) => Promise<boolean>): NotebookDoor {
  return new NotebookDoor({ model: modelForNotebooks, tokenizer, ask });
}

/** The model of the page, loaded if need be, as the chat would. */
function modelForNotebooks(signal: AbortSignal): Promise<LoadedModel> {
  return models.ensure(signal);
}

/** Of the chosen model, or of the embedded one where the chosen one has none on this machine. */
function tokenizer() {
  const { id, format } = models.chosen;
  return openTokenizer(format === 'onnx' || format === 'gguf' ? id : EMBEDDED_MODEL_ID);
}
