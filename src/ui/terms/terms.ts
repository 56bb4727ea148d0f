import type { DECODING_CONTROLS } from '../chat/decoding-controls.ts';

export type TermId =
  'compression' | 'token' | 'window' | 'tagger' | 'parts' | 'prompt' | 'seed' | keyof typeof DECODING_CONTROLS;

interface Source {
  work: string;
  by: string;
}

/** The paper that the lab is built around; who wrote it is said in the language of the interface. */
export const PAPER = 'Leveraging Large Language Models for Emotionally Supportive Chatbots';

/** Where each term comes from; null for the paper. What it means is in `texts/en/glossary.ts`. */
export const SOURCES: Record<TermId, Source | null> = {
  compression: null,
  token: { work: 'Neural Machine Translation of Rare Words with Subword Units', by: 'Sennrich et al., ACL 2016' },
  window: { work: 'Attention Is All You Need', by: 'Vaswani et al., NeurIPS 2017' },
  tagger: { work: 'Universal Dependencies v2', by: 'Nivre et al., LREC 2020' },
  parts: null,
  prompt: {
    work: 'Training language models to follow instructions with human feedback',
    by: 'Ouyang et al., NeurIPS 2022',
  },
  seed: null,
  temperature: { work: 'A Learning Algorithm for Boltzmann Machines', by: 'Ackley et al., Cognitive Science 1985' },
  topP: { work: 'The Curious Case of Neural Text Degeneration', by: 'Holtzman et al., ICLR 2020' },
  topK: { work: 'Hierarchical Neural Story Generation', by: 'Fan et al., ACL 2018' },
  maxNewTokens: null,
};
