import { LabError } from '../../core/error.ts';
import { parseJson } from '../../core/json.ts';
import { TOKENIZER_CONFIG } from '../../core/formats/checkpoint/template.ts';
import type { GgufMetadata } from '../../core/formats/gguf/types.ts';
import { readGgufMetadata } from '../../core/formats/gguf/read.ts';
import { metadataNumber, metadataString } from '../../core/formats/gguf/config.ts';
import { tokenizerFromGguf } from '../../core/formats/gguf/tokenizer.ts';
import type { ByteSource } from '../../core/formats/source.ts';
import { createChatTokenizer, type ChatTokenizer } from '../../core/tokenizer/chat-tokenizer.ts';

export interface GgufFacts {
  /** Undefined if the file's kind of tokenizer cannot be rebuilt here. */
  tokenizer: ChatTokenizer | undefined;
  /** The context window that the file states, in tokens. */
  contextWindow: number;
  name: string | undefined;
  architecture: string | undefined;
}

/**
 * Reads tokenizer and window out of a GGUF (its first part). A file without a context length is refused, as by
 * llama.cpp.
 * @throws {LabError} `bad-file` or `missing-file`.
 */
export async function readGgufFacts(source: ByteSource): Promise<GgufFacts> {
  const metadata = await readGgufMetadata(source);
  const architecture = metadataString(metadata, 'general.architecture');
  return {
    tokenizer: openTokenizer(metadata, source.name),
    contextWindow: contextLength(metadata, architecture, source.name),
    name: metadataString(metadata, 'general.name'),
    architecture,
  };
}

function contextLength(metadata: GgufMetadata, architecture: string | undefined, where: string): number {
  const key = `${architecture ?? 'general'}.context_length`;
  const length = metadataNumber(metadata, key);
  if (length !== undefined && length > 0) return length;
  throw new LabError({
    code: 'bad-file',
    where,
    what: `Its metadata lacks "${key}".`,
    todo: 'Convert the model again, or use a file that states its context length.',
  });
}

function openTokenizer(metadata: GgufMetadata, where: string): ChatTokenizer | undefined {
  try {
    const files = tokenizerFromGguf(metadata, where);
    const json = (name: string): unknown => parseJson(files.get(name) ?? '{}', `${where}/${name}`);
    return createChatTokenizer(json('tokenizer.json'), dropNulls(json(TOKENIZER_CONFIG)), where);
  } catch (error) {
    if (error instanceof LabError && error.code === 'unsupported') return undefined;
    throw error;
  }
}

function dropNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}
