import { deleteAllComparisons, deleteComparison, listComparisons, saveComparison } from '../../lab/index.ts';
import { CompareState } from '../state/compare.svelte.ts';
import { chat, nextReply } from './chat.ts';
import { models, toasts } from './shell.ts';

export const compare = new CompareState({
  shelf: { listComparisons, saveComparison, deleteComparison, deleteAllComparisons },
  models,
  chat,
  nextOrigin: nextReply.origin,
  writeReply: nextReply.write,
  toasts,
});
