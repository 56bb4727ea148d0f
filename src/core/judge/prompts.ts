import { paperPrompt } from './paper-prompt.ts';
import {
  conversationPrompt,
  PROMPT_VERSION,
  replyPrompt,
  type JudgedReply,
  type Line,
  type ScoringPrompt,
} from './prompt.ts';
import { readScoreList, readVerdict, VERDICT_JSON_SCHEMA, type Verdict } from './verdict.ts';

/** The prompts that a judge can be given. */
export const PROMPT_IDS = ['lab', 'paper'] as const;
export type PromptId = (typeof PROMPT_IDS)[number];

/** A way to ask for scores, and to read the answers. */
export interface JudgePrompt {
  name: string;
  /** One sentence for people who choose. */
  about: string;
  /** Increased with any change of the wording. */
  version: number;
  /** About one reply. */
  reply(item: JudgedReply): ScoringPrompt;
  /** About a whole conversation; without a reference if it is one between people. */
  conversation(lines: readonly Line[], reference?: readonly Line[]): ScoringPrompt;
  /** Holds answers to the requested JSON; absent if the prompt asks for none. */
  jsonSchema?: object;
  read(text: string): Verdict;
}

export const PROMPTS: Record<PromptId, JudgePrompt> = {
  lab: {
    name: "The lab's own",
    about: 'It explains each criterion and the ends of the scale, and asks for JSON.',
    version: PROMPT_VERSION,
    reply: replyPrompt,
    conversation: conversationPrompt,
    jsonSchema: VERDICT_JSON_SCHEMA,
    read: readVerdict,
  },
  paper: {
    name: "The paper's, from a summary of figure 7",
    about:
      'It names the four criteria and the scale without explaining them, and asks for a list. Its words are those of ' +
      'a summary of figure 7, whose full text is not at hand.',
    version: 1,
    reply: ({ context, candidate, reference }) => {
      const said = (text: string): Line[] => (text.trim() === '' ? [] : [{ speaker: 'supporter', text }]);
      return () => paperPrompt(said(reference), [...context, ...said(candidate)]);
    },
    conversation:
      (lines, reference = []) =>
      () =>
        paperPrompt(reference, lines),
    read: readScoreList,
  },
};
