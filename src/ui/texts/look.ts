import { look } from './en/look.ts';
import { area } from './in-use.svelte.ts';

export const lookTexts = area('look', look);
