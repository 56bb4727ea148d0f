import { readGgufMetadata } from '../../model/gguf/read.ts';
import { metadataNumber, metadataString } from '../../model/gguf/config.ts';
import { tokenizerFromGguf } from '../../model/gguf/tokenizer.ts';
import type { ByteSource } from '../../model/source.ts';
import { createChatTokenizer, type ChatTokenizer } from '../tokenizer/chat-tokenizer.ts';

export interface GgufFacts {
  tokenizer: ChatTokenizer;
  contextWindow: number;
  name: string | undefined;
  architecture: string | undefined;
}

/** Reads tokenizer and window out of a GGUF (its first part). Throws `bad-file`, `missing-file` or `unsupported`. */
export async function readGgufFacts(source: ByteSource): Promise<GgufFacts> {
  const metadata = await readGgufMetadata(source);
  const architecture = metadataString(metadata, 'general.architecture');
  const files = tokenizerFromGguf(metadata, source.name);
  const json = (name: string): unknown => dropNulls(JSON.parse(files.get(name) ?? '{}'));
  return {
    tokenizer: createChatTokenizer(JSON.parse(files.get('tokenizer.json') ?? '{}'), json('tokenizer_config.json'), source.name),
    contextWindow: metadataNumber(metadata, `${architecture ?? ''}.context_length`) ?? 2048,
    name: metadataString(metadata, 'general.name'),
    architecture,
  };
}

function dropNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}
