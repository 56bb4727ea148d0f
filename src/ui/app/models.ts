import { addEndpoint, addFromFiles, addFromUrl, addMlc, convertToOnnx } from '../../lab/index.ts';
import { Adding } from '../state/adding.svelte.ts';
import { models, toasts } from './shell.ts';

/** The model that is being added. */
export const adding = new Adding({
  intake: { addFromFiles, addFromUrl, addMlc, addEndpoint, convertToOnnx },
  models,
  toasts,
});
