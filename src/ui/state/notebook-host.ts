import type { LoadedModel } from '../../core/engine/engine.ts';
import { EMBEDDED_MODEL_ID } from '../../core/engine/embedded.ts';
import { openOwnTokenizer } from '../../lab/models/models.ts';
import { NotebookBridge, openServices, type Permission } from '../../lab/notebooks/bridge.ts';
import { models } from './models.svelte.ts';

/** A door for the notebook that is being opened; `ask` shows the person what it wants. */
export function openDoor(ask: (permission: Permission) => Promise<boolean>): NotebookBridge {
  return new NotebookBridge({
    model: modelForNotebooks,
    services: openServices(tokenizerModel, openOwnTokenizer),
    ask,
  });
}

/** The model of the page, loaded if need be, as the chat would. */
function modelForNotebooks(signal: AbortSignal): Promise<LoadedModel> {
  return models.ensure(signal);
}

/** The model whose tokenizer counts: the chosen one, or the embedded one where that has none on this machine. */
function tokenizerModel(): string {
  const { id, format } = models.chosen;
  return format === 'onnx' || format === 'gguf' ? id : EMBEDDED_MODEL_ID;
}
