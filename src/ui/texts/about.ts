import { about } from './en/about.ts';
import { area } from './in-use.svelte.ts';

export const aboutTexts = area('about', about);
