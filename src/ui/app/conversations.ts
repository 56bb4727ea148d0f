import { conversations as openLibrary, storageMissing } from '../../lab/index.ts';
import { saveFile } from '../components/save-file.ts';
import { Conversations } from '../state/conversations.svelte.ts';
import { storage, toasts } from './shell.ts';

export const conversations = new Conversations({ library: openLibrary(), storage, storageMissing, toasts, saveFile });
conversations.start();
// What a growing reply gained since its last save would go with the page.
addEventListener('pagehide', () => void conversations.flush());
