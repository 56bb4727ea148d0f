import { data } from './en/data.ts';
import { area } from './in-use.svelte.ts';

export const dataTexts = area('data', data);
