import {
  adapterFilesOf,
  addEndpoint,
  addFromFiles,
  addFromUrl,
  addMlc,
  combineAdapters,
  convertToOnnx,
} from '../../lab/index.ts';
import { saveFile } from '../components/save-file.ts';
import { Adding } from '../state/adding.svelte.ts';
import { models, toasts } from './shell.ts';

/** The model that is being added. */
export const adding = new Adding({
  intake: { addFromFiles, addFromUrl, addMlc, addEndpoint, convertToOnnx, combineAdapters, adapterFilesOf },
  models,
  saveFile,
  toasts,
});
