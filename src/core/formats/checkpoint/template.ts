import type { SideFiles } from './checkpoint.ts';
import { parseJson } from '../../json.ts';

export const TOKENIZER_CONFIG = 'tokenizer_config.json';
/** The file in which Transformers 5 stores the chat template. */
export const CHAT_TEMPLATE_FILE = 'chat_template.jinja';

/**
 * The chat template (Jinja) of a model, by the rules of Transformers 5: a separate file, else the one in the
 * tokenizer's settings; of several, the one named default.
 */
export function chatTemplate(files: SideFiles): string | undefined {
  const { chat_template: inline } = parseJson(files.get(TOKENIZER_CONFIG) ?? '{}', TOKENIZER_CONFIG) as {
    chat_template?: unknown;
  };
  return chosenTemplate(files.get(CHAT_TEMPLATE_FILE), inline);
}

/** The same from the contents: the text of the file, and the value of `chat_template` in the tokenizer's settings. */
export function chosenTemplate(file: string | undefined, inline: unknown): string | undefined {
  if (file !== undefined) return file;
  if (typeof inline === 'string') return inline;
  const named = Array.isArray(inline) ? (inline as { name?: unknown; template?: unknown }[]) : [];
  const { template } =
    named.find(({ name }) => name === 'default') ?? (named.length === 1 ? named[0] : undefined) ?? {};
  return typeof template === 'string' ? template : undefined;
}

/** The same files with another chat template. */
export function replaceTemplate(files: SideFiles, template: string): SideFiles {
  const replaced = new Map(files);
  const settings = parseJson(files.get(TOKENIZER_CONFIG) ?? '{}', TOKENIZER_CONFIG) as Record<string, unknown>;
  replaced.set(TOKENIZER_CONFIG, `${JSON.stringify({ ...settings, chat_template: template }, null, 2)}\n`);
  replaced.delete(CHAT_TEMPLATE_FILE);
  return replaced;
}
