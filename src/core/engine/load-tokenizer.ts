import type { SideFiles } from '../formats/checkpoint/checkpoint.ts';
import { TOKENIZER_FILES, TOKENIZER_REQUIRED } from '../formats/checkpoint/side-files.ts';
import { chatTokenizerOf, type ChatTokenizer } from '../tokenizer/chat-tokenizer.ts';
import { hasFile, missingFile, type ModelFiles } from './files.ts';

/** Opens a model's tokenizer; the chat template is in its own file or in the tokenizer's settings. */
export async function loadChatTokenizer(files: ModelFiles): Promise<ChatTokenizer> {
  const missing = TOKENIZER_REQUIRED.find((path) => !hasFile(files, path));
  if (missing) throw missingFile(files.name, missing);
  return chatTokenizerOf(await readSideFiles(files, TOKENIZER_FILES), files.name);
}

/** The contents of those of `names` that a model has. */
export async function readSideFiles(files: ModelFiles, names: readonly string[]): Promise<SideFiles> {
  const present = names.filter((path) => hasFile(files, path));
  return new Map(
    await Promise.all(
      present.map(async (path): Promise<[string, string]> => [path, await (await files.open(path)).text()]),
    ),
  );
}
