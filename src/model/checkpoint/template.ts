import type { Checkpoint, SideFiles } from './checkpoint.ts';
import { parseJson } from './json.ts';

const TOKENIZER_CONFIG = 'tokenizer_config.json';

/** The chat template (Jinja) in the tokenizer's settings; of several, the one named default. */
export function chatTemplate(files: SideFiles): string | undefined {
  const { chat_template: found } = parseJson(files.get(TOKENIZER_CONFIG) ?? '{}', TOKENIZER_CONFIG) as { chat_template?: unknown };
  if (typeof found === 'string') return found;
  const named = Array.isArray(found) ? (found as { name?: unknown; template?: unknown }[]).find(({ name }) => name === 'default')?.template : undefined;
  return typeof named === 'string' ? named : undefined;
}

/** The same checkpoint with another chat template. */
export function withChatTemplate<T extends Checkpoint>(checkpoint: T, template: string): T {
  const files = new Map(checkpoint.files);
  const settings = parseJson(files.get(TOKENIZER_CONFIG) ?? '{}', TOKENIZER_CONFIG) as Record<string, unknown>;
  files.set(TOKENIZER_CONFIG, `${JSON.stringify({ ...settings, chat_template: template }, null, 2)}\n`);
  return { ...checkpoint, files };
}
