import { components } from './en/components.ts';
import { area } from './in-use.svelte.ts';

export const componentsTexts = area('components', components);
