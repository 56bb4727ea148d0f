import type { SideFiles } from './checkpoint.ts';
import { parseJson } from '../../json.ts';
import { chatTemplate, CHAT_TEMPLATE_FILE, TOKENIZER_CONFIG } from './template.ts';

export const SAFETENSORS_INDEX = 'model.safetensors.index.json';

/** Files without which a tokenizer cannot be opened. */
export const TOKENIZER_REQUIRED = ['tokenizer.json', TOKENIZER_CONFIG] as const;

/** Files of the tokenizer and chat template. */
export const TOKENIZER_FILES = [...TOKENIZER_REQUIRED, CHAT_TEMPLATE_FILE] as const;

/** Files without which weights are not a model. */
export const MODEL_REQUIRED = ['config.json', ...TOKENIZER_REQUIRED] as const;

/** Small files that accompany weights, wherever they are read from. */
export const SIDE_FILES = [
  'config.json',
  'generation_config.json',
  ...TOKENIZER_FILES,
  'special_tokens_map.json',
  SAFETENSORS_INDEX,
  'LICENSE',
] as const;

/** Files to copy along with weights in another format; config.json is rewritten instead. */
export const CARRIED_FILES = [
  'generation_config.json',
  ...TOKENIZER_REQUIRED,
  'special_tokens_map.json',
  'LICENSE',
] as const;

/** Files to copy along with an encoder, if it has them. */
export const CARRIED_WITH_ENCODER = [...MODEL_REQUIRED, 'special_tokens_map.json', 'LICENSE'] as const;

/** Files to copy along with weights for MLC; those of the tokenizer are rewritten instead. */
export const CARRIED_WITH_MLC = ['generation_config.json', 'LICENSE'] as const;

/** Files to write next to a GGUF, which alone cannot express sliding windows or rope scaling. */
export const CARRIED_WITH_GGUF = ['config.json', 'LICENSE'] as const;

/** Settings of a JSON side file; empty without the file. */
export function settingsOf(files: SideFiles, name: string): Record<string, unknown> {
  const json = parseJson(files.get(name) ?? '{}', name);
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Record<string, unknown>) : {};
}

/**
 * The same files with the chat template in one place, `tokenizer_config.json`, which is where transformers.js, MLC and
 * older readers look; a separate file takes precedence, as in Transformers 5.
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

/** The same files with some settings changed. */
export function withSettings(files: SideFiles, name: string, changes: Record<string, unknown>): SideFiles {
  return new Map(files).set(name, `${JSON.stringify({ ...settingsOf(files, name), ...changes }, null, 2)}\n`);
}
