import { EMBEDDED_MODEL_ID } from '../../core/engine/embedded.ts';
import {
  attachFiles,
  deleteNotebook,
  detachFiles,
  getNotebook,
  listNotebooks,
  NotebookBridge,
  notebookFiles,
  openOwnTokenizer,
  openServices,
  pageData,
  type Permission,
  putNotebook,
} from '../../lab/index.ts';
import { loadBuiltIn } from '../notebook/built-in.ts';
import { readNotebook } from '../notebook/import.ts';
import { clearMark, didNotFinish, markRunning } from '../notebook/run-mark.ts';
import { tokenizerModel } from '../state/notebook-host.ts';
import { NotebookFiles } from '../state/notebook-files.svelte.ts';
import { Notebooks } from '../state/notebooks.svelte.ts';
import { models, toasts } from './shell.ts';

const fileShelf = { notebookFiles, attachFiles, detachFiles };

/** The files attached to a notebook. */
export const filesOf = (id: string): NotebookFiles => new NotebookFiles(id, fileShelf, toasts);

export const notebooks = new Notebooks({
  shelf: { listNotebooks, getNotebook, putNotebook, deleteNotebook, ...fileShelf },
  loadBuiltIn,
  readNotebook,
  marks: { didNotFinish, markRunning, clearMark },
  toasts,
});

/**
 * A bridge for the notebook that is being opened; `ask` shows the person what it wants, and `wants` learns when a call
 * begins (1) and ceases (-1) to wait for the model.
 */
export function openBridge(
  ask: (permission: Permission) => Promise<boolean>,
  wants: (change: 1 | -1) => void,
): NotebookBridge {
  return new NotebookBridge({
    // The model of the page, loaded if need be. Opening a notebook must not fetch it without a question.
    lease: (signal, onProgress) => {
      wants(1);
      return models.lease(signal, { asksFirst: true, ...(onProgress && { onProgress }) }).finally(() => wants(-1));
    },
    mayFetchBase: (signal) => {
      wants(1);
      return models.mayFetch(EMBEDDED_MODEL_ID, signal).finally(() => wants(-1));
    },
    services: openServices(() => tokenizerModel(models), openOwnTokenizer),
    data: pageData,
    ask,
  });
}
