import type { DECODING_CONTROLS } from '../chat/decoding-controls.ts';

export type TermId =
  'compression' | 'token' | 'window' | 'tagger' | 'parts' | 'prompt' | 'seed' | keyof typeof DECODING_CONTROLS;

interface Term {
  title: string;
  /** One sentence for somebody who sees the word for the first time. */
  says: string;
  /** Where it comes from. */
  source: { work: string; by: string };
}

const PAPER = {
  work: 'Leveraging Large Language Models for Emotionally Supportive Chatbots',
  by: 'anonymous ACL submission, 2024',
};

/** The terms of the lab, explained where they are chosen. */
export const TERMS: Record<TermId, Term> = {
  compression: {
    title: 'Compression',
    says: 'Leaves words out of what the model reads, so that it answers sooner and remembers more turns.',
    source: PAPER,
  },
  token: {
    title: 'Token',
    says: 'The piece of text that a model reads and writes: a short word, part of a long one, or a punctuation mark.',
    source: { work: 'Neural Machine Translation of Rare Words with Subword Units', by: 'Sennrich et al., ACL 2016' },
  },
  window: {
    title: 'Context window',
    says: 'How many tokens the model can hold at once: the system prompt, the conversation and its own reply.',
    source: { work: 'Attention Is All You Need', by: 'Vaswani et al., NeurIPS 2017' },
  },
  tagger: {
    title: 'Tagger',
    says: 'The program that decides for each word which part of speech it is, before KeyPOS keeps or drops it.',
    source: { work: 'Universal Dependencies v2', by: 'Nivre et al., LREC 2020' },
  },
  parts: {
    title: 'Parts of speech',
    says: 'KeyPOS keeps the words of the kinds that you tick, and drops all others.',
    source: PAPER,
  },
  prompt: {
    title: 'System prompt',
    says: 'An instruction that the model reads before the conversation, at every turn; you see it, others do not.',
    source: {
      work: 'Training language models to follow instructions with human feedback',
      by: 'Ouyang et al., NeurIPS 2022',
    },
  },
  seed: {
    title: 'Seed',
    says: 'The number from which all dice of a reply are rolled: the same seed and settings give the same reply again.',
    source: PAPER,
  },
  temperature: {
    title: 'Temperature',
    says: 'How much chance decides: at 0 the likeliest word always wins, at 1 words win as often as the model expects.',
    source: { work: 'A Learning Algorithm for Boltzmann Machines', by: 'Ackley et al., Cognitive Science 1985' },
  },
  topP: {
    title: 'Top-p',
    says: 'Before each word is drawn, the unlikely ones are put aside: those beyond this share of the probability.',
    source: { work: 'The Curious Case of Neural Text Degeneration', by: 'Holtzman et al., ICLR 2020' },
  },
  topK: {
    title: 'Top-k',
    says: 'Before each word is drawn, all but this many of the likeliest are put aside.',
    source: { work: 'Hierarchical Neural Story Generation', by: 'Fan et al., ACL 2018' },
  },
  maxNewTokens: {
    title: 'Longest reply',
    says: 'The reply is cut off after this many tokens, and the window keeps that much room free for it.',
    source: PAPER,
  },
};
