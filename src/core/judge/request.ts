import type { ChatMessage } from '../context/message.ts';
import { PAPER_DECODING, type ReplyRequest } from '../engine/engine.ts';
import { CRITERION_IDS, type CriterionId } from './criteria.ts';
import type { ScoringPrompt } from './prompt.ts';
import { PROMPTS, type PromptId } from './prompts.ts';

/** Default decoding of a judge. */
export const JUDGE_DECODING = { temperature: 0.7, seed: 1 } as const;

/** How often a judge is asked again after an unreadable answer. */
export const JUDGE_RETRIES = 2;

/** One question to a judge. A judge that answers at once and a batch are asked in the same way. */
export interface JudgeRequest {
  messages: ChatMessage[];
  decoding: ReplyRequest;
}

/** How a judge is asked. */
export interface Asking {
  temperature?: number | undefined;
  seed?: number | undefined;
  /** The prompt; by default the lab's own. */
  wording?: PromptId | undefined;
}

/** Which of the questions about one item: its round, and how often it was asked before in that round. */
export interface JudgeTurn {
  round: number;
  attempt: number;
}

/**
 * The question of a round. Each round has another seed and, unless the prompt has an order of its own, another order of
 * the criteria; each attempt has another seed.
 */
export function judgeRequest(
  prompt: ScoringPrompt,
  { round, attempt }: JudgeTurn,
  { temperature = JUDGE_DECODING.temperature, seed = JUDGE_DECODING.seed, wording = 'lab' }: Asking = {},
): JudgeRequest {
  const { jsonSchema } = PROMPTS[wording];
  return {
    messages: prompt(criteriaOrder(round)),
    decoding: {
      ...PAPER_DECODING,
      temperature,
      maxNewTokens: 96,
      seed: (seed + round * 1000 + attempt) >>> 0,
      ...(jsonSchema && { jsonSchema }),
    },
  };
}

/** The order of the criteria in a round: different each time, so that no criterion always influences the same other. */
const criteriaOrder = (round: number): CriterionId[] =>
  CRITERION_IDS.map((_, i) => CRITERION_IDS[(i + round) % CRITERION_IDS.length] as CriterionId);
