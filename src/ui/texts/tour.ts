import { tour } from './en/tour.ts';
import { area } from './in-use.svelte.ts';

export const tourTexts = area('tour', tour);
