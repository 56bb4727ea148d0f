import { context } from './en/context.ts';
import { area } from './in-use.svelte.ts';

export const contextTexts = area('context', context);
