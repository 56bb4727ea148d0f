import type { Dialogue } from '../dataset/dialogue.ts';
import type { Compressed } from './representation.ts';

export const TOKENIZER_IDS = ['mistral', 'llama2'] as const;
export type TokenizerId = (typeof TOKENIZER_IDS)[number];

/** The tokenizers of the paper's models, which run offline; a loaded model counts with its own. */
export const TOKENIZERS: Readonly<Record<TokenizerId, { name: string }>> = {
  mistral: { name: 'Mistral 7B' },
  llama2: { name: 'Llama 2' },
};

/** Counts the tokens of one text, without the token that begins a sequence. */
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

/** How long a dataset is in tokens under a representation: Tables 5, 7, 9 and 11 of the paper. */
export interface TokenLengths {
  tokens: number;
  /** Tokens of an utterance, on average; each is counted by itself. */
  perUtterance: number;
  /** Tokens of all utterances of a dialogue, on average. */
  perDialogue: number;
}

/** Counts every utterance as `compress` leaves it. */
export function tokenLengths(dialogues: readonly Dialogue[], compress: (text: string) => Compressed, count: TokenCounter): TokenLengths {
  let tokens = 0;
  let utterances = 0;
  for (const dialogue of dialogues) {
    utterances += dialogue.utterances.length;
    for (const { text } of dialogue.utterances) tokens += count(compress(text).text);
  }
  return { tokens, perUtterance: tokens / utterances, perDialogue: tokens / dialogues.length };
}
