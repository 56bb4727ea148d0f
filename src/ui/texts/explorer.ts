import { explorer } from './en/explorer.ts';
import { area } from './in-use.svelte.ts';

export const explorerTexts = area('explorer', explorer);
