import { glossary } from './en/glossary.ts';
import { area } from './in-use.svelte.ts';

export const glossaryTexts = area('glossary', glossary);
