import { runs } from './en/runs.ts';
import { area } from './in-use.svelte.ts';

export const runTexts = area('runs', runs);
