import type { Utterance } from './dialogue.ts';

/** The 16 support strategies of ExTES. */
export const STRATEGIES = [
  'Reflective Statements',
  'Clarification',
  'Emotional Validation',
  'Empathetic Statements',
  'Affirmation',
  'Offer Hope',
  'Avoid Judgment and Criticism',
  'Suggest Options',
  'Collaborative Planning',
  'Provide Different Perspectives',
  'Reframe Negative Thoughts',
  'Share Information',
  'Normalize Experiences',
  'Promote Self-Care Practices',
  'Stress Management',
  'Others',
] as const;
export type Strategy = (typeof STRATEGIES)[number];

/**
 * A dialogue whose supporter names a strategy before each turn, `(Clarification) What did he say?`, for a model that
 * decides how to reply before it replies. Turns without a strategy stay as they are.
 */
export function strategiesFirst(utterances: readonly Utterance[]): Utterance[] {
  let last: Utterance['speaker'] | undefined;
  return utterances.map((utterance) => {
    const { speaker, text, strategy } = utterance;
    if (text.trim() === '') return utterance;
    const opens = speaker === 'supporter' && last !== 'supporter' && strategy !== undefined;
    last = speaker;
    return opens ? { ...utterance, text: `(${strategy}) ${text}` } : utterance;
  });
}

const MARKS = STRATEGIES.map((strategy) => ({ strategy, mark: `(${strategy})`.toLowerCase() }));

/**
 * A reply without the strategy that a model wrote before it, and that strategy if it is one of the sixteen. While what
 * has been written may still become a strategy, the text is empty.
 */
export function splitStrategy(reply: string, complete = true): { strategy?: Strategy; text: string } {
  const start = reply.trimStart();
  const lower = start.toLowerCase();
  const found = MARKS.find(({ mark }) => lower.startsWith(mark));
  if (found) return { strategy: found.strategy, text: start.slice(found.mark.length).trimStart() };
  return { text: !complete && MARKS.some(({ mark }) => mark.startsWith(lower)) ? '' : reply };
}
