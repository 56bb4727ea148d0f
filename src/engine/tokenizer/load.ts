import { hasFile, readJson, type ModelFiles } from '../files.ts';
import { createChatTokenizer, type ChatTokenizer } from './chat-tokenizer.ts';

const TEMPLATE = 'chat_template.jinja';

/** What `loadChatTokenizer` reads, as far as a folder has it. */
export const TOKENIZER_FILES = ['tokenizer.json', 'tokenizer_config.json', TEMPLATE];

/** Opens a model's tokenizer from tokenizer.json and tokenizer_config.json (with chat_template.jinja beside it, if any). */
export async function loadChatTokenizer(files: ModelFiles): Promise<ChatTokenizer> {
  const [tokenizer, config] = await Promise.all([readJson(files, 'tokenizer.json'), readJson(files, 'tokenizer_config.json')]);
  const template = hasFile(files, TEMPLATE)
    ? await (await files.open(TEMPLATE)).text()
    : undefined;
  const merged = template !== undefined && typeof config === 'object' ? { chat_template: template, ...config } : config;
  return createChatTokenizer(tokenizer, merged, files.name);
}
