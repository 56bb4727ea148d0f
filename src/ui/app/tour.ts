import { localTexts } from '../../lab/index.ts';
import { Tour } from '../state/tour.svelte.ts';

export const tour = new Tour(localTexts);
