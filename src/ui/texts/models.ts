import { models } from './en/models.ts';
import { area } from './in-use.svelte.ts';

export const modelsTexts = area('models', models);
