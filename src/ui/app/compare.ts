import {
  deleteAllComparisons,
  deleteComparison,
  getDialogue,
  listComparisons,
  loadExamples,
  readBeginning,
  saveComparison,
} from '../../lab/index.ts';
import { firstReplyTo } from '../help/nearby.ts';
import { CompareLink } from '../state/compare-link.svelte.ts';
import { Examples } from '../state/examples.svelte.ts';
import { CompareState } from '../state/compare.svelte.ts';
import { chat, languages, nextReply } from './chat.ts';
import { models, toasts } from './shell.ts';

export const compare = new CompareState({
  shelf: { listComparisons, saveComparison, deleteComparison, deleteAllComparisons },
  models,
  chat,
  languages,
  nextOrigins: nextReply.plainOrigins,
  readBeginning,
  writeReply: nextReply.write,
  toasts,
});

export const compareLink = new CompareLink({ compare, models, getDialogue, firstReply: firstReplyTo, loadExamples });

export const examples = new Examples(loadExamples);
