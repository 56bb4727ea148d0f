import { help } from './en/help.ts';
import { area } from './in-use.svelte.ts';

export const helpTexts = area('help', help);
