import type { Dialogue } from '../dataset/dialogue.ts';
import type { Compressed } from './representation.ts';

/**
 * The tokenizers of the paper's models (Mistral 7B and Llama 2), which run offline; a loaded model counts with its own.
 */
export const TOKENIZER_IDS = ['mistral', 'llama2'] as const;
export type TokenizerId = (typeof TOKENIZER_IDS)[number];

/** Counts the tokens of one text, without the beginning-of-sequence token. */
export type TokenCounter = (text: string) => number;

interface SentencePiece {
  encode(text: string, addBos?: boolean, addPrecedingSpace?: boolean): number[];
}

const LOADERS: Record<TokenizerId, () => Promise<{ default: SentencePiece }>> = {
  mistral: () => import('mistral-tokenizer-js'),
  llama2: () => import('llama-tokenizer-js'),
};

/** Loads a tokenizer's code and vocabulary (0.5 MB) on first use. */
export async function loadTokenCounter(id: TokenizerId): Promise<TokenCounter> {
  const { default: tokenizer } = await LOADERS[id]();
  return (text) => (text === '' ? 0 : tokenizer.encode(text, false, true).length);
}

/** Tokens and utterances of one dialogue under a compression, each utterance counted by itself. */
export interface DialogueLength {
  tokens: number;
  utterances: number;
}

/** The length of each dialogue after `compress`, which Tables 5, 7, 9 and 11 of the paper average. */
export function dialogueLengths(
  dialogues: readonly Dialogue[],
  compress: (text: string) => Compressed,
  count: TokenCounter,
): DialogueLength[] {
  return dialogues.map(({ utterances }) => ({
    tokens: utterances.reduce((sum, { text }) => sum + count(compress(text).text), 0),
    utterances: utterances.length,
  }));
}

/** Mean number of tokens over all utterances of all dialogues; NaN without any. */
export function tokensPerUtterance(lengths: readonly DialogueLength[]): number {
  let tokens = 0;
  let utterances = 0;
  for (const length of lengths) {
    tokens += length.tokens;
    utterances += length.utterances;
  }
  return tokens / utterances;
}
