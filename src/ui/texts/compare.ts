import { compare } from './en/compare.ts';
import { area } from './in-use.svelte.ts';

export const compareTexts = area('compare', compare);
