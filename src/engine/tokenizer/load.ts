import { readJson, type ModelFiles } from '../files.ts';
import { createChatTokenizer, type ChatTokenizer } from './chat-tokenizer.ts';

/** Opens a model's tokenizer from tokenizer.json and tokenizer_config.json (with chat_template.jinja beside it, if any). */
export async function loadChatTokenizer(files: ModelFiles): Promise<ChatTokenizer> {
  const [tokenizer, config] = await Promise.all([readJson(files, 'tokenizer.json'), readJson(files, 'tokenizer_config.json')]);
  const template = files.list.some(({ path }) => path === 'chat_template.jinja')
    ? await (await files.open('chat_template.jinja')).text()
    : undefined;
  const merged = template !== undefined && typeof config === 'object' ? { chat_template: template, ...config } : config;
  return createChatTokenizer(tokenizer, merged, files.name);
}
