import { chat } from './en/chat.ts';
import { area } from './in-use.svelte.ts';

export const chatTexts = area('chat', chat);
