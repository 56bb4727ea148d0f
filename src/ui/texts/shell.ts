import { shell } from './en/shell.ts';
import { area } from './in-use.svelte.ts';

export const shellTexts = area('shell', shell);
