import { notebooks } from './en/notebooks.ts';
import { area } from './in-use.svelte.ts';

export const notebookTexts = area('notebooks', notebooks);
