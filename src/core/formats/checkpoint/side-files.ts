import type { SideFiles } from './checkpoint.ts';
import { parseJson } from './json.ts';
import { chatTemplate, CHAT_TEMPLATE_FILE, TOKENIZER_CONFIG } from './template.ts';

export const SAFETENSORS_INDEX = 'model.safetensors.index.json';

/** What turns text into tokens and messages into a prompt. */
export const TOKENIZER_FILES = ['tokenizer.json', TOKENIZER_CONFIG, CHAT_TEMPLATE_FILE] as const;

/** Small files that travel with weights, wherever they are read from. */
export const SIDE_FILES = [
  'config.json',
  'generation_config.json',
  ...TOKENIZER_FILES,
  'special_tokens_map.json',
  SAFETENSORS_INDEX,
  'LICENSE',
] as const;

/** Files that go along with a copy of the weights in another format; its config.json is written anew. */
export const CARRIED_FILES = [
  'generation_config.json',
  'tokenizer.json',
  TOKENIZER_CONFIG,
  'special_tokens_map.json',
  'LICENSE',
] as const;

/** Settings of a JSON side file; empty where there is no such file. */
export function settingsOf(files: SideFiles, name: string): Record<string, unknown> {
  const json = parseJson(files.get(name) ?? '{}', name);
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Record<string, unknown>) : {};
}

/**
 * The same files with the chat template in one place, `tokenizer_config.json`, which is where transformers.js, MLC and
 * older readers look; a file of its own wins over what stood there, as in Transformers 5.
 */
export function withTemplateInline(files: SideFiles): SideFiles {
  const template = chatTemplate(files);
  if (!files.has(CHAT_TEMPLATE_FILE) || !files.has(TOKENIZER_CONFIG) || template === undefined) return files;
  const inline = new Map(files);
  inline.delete(CHAT_TEMPLATE_FILE);
  inline.set(
    TOKENIZER_CONFIG,
    `${JSON.stringify({ ...settingsOf(files, TOKENIZER_CONFIG), chat_template: template }, null, 2)}\n`,
  );
  return inline;
}

/** The same files with other values of some settings. */
export function withSettings(files: SideFiles, name: string, changes: Record<string, unknown>): SideFiles {
  return new Map(files).set(name, `${JSON.stringify({ ...settingsOf(files, name), ...changes }, null, 2)}\n`);
}
