import { settings } from './en/settings.ts';
import { area } from './in-use.svelte.ts';

export const settingsTexts = area('settings', settings);
