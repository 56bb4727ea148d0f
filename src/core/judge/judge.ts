import type { ChatMessage } from '../context/message.ts';
import { collectReply } from '../engine/collect-reply.ts';
import { requireScorable } from '../engine/capabilities.ts';
import { PAPER_DECODING, type LoadedModel, type ReplyRequest } from '../engine/engine.ts';
import { LabError } from '../error.ts';
import { mean, variance } from '../statistics/descriptive.ts';
import { CRITERION_IDS, HIGHEST, overScores, type Scores } from './criteria.ts';
import { comparingPrompt, type Line, type ScoringPrompt } from './prompt.ts';
import { PROMPTS } from './prompts.ts';
import { JUDGE_RETRIES, judgeRequest, type Asking } from './request.ts';
import { readPreference, type Verdict } from './verdict.ts';

export interface JudgeOptions extends Asking {
  /** How often each item is judged, each time with a different seed and order of criteria. Default 3. */
  repeats?: number | undefined;
  /** Number of the first round, so that later rounds differ from those judged before. Default 0. */
  firstRound?: number | undefined;
  /** Number of the first attempt of each round: how often it was asked before without a readable answer. Default 0. */
  firstAttempt?: number | undefined;
  /** Number of retries after an unreadable answer. Default 2. */
  retries?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** A judge's answer to one request. */
export interface JudgeAnswer {
  round: number;
  /** 0 for the first request, one more for each retry after an unreadable answer. */
  attempt: number;
  text: string;
  /** Why the text is missing or partial: the server's filter, a refusal, an empty reply. */
  withheld?: string;
}

/** A judge's result for one reply or conversation. */
export interface Judgement {
  /** Every raw answer, in order. */
  answers: JudgeAnswer[];
  /** One entry for each successful round. */
  rounds: Scores[];
  /** Mean over the rounds; null without any. */
  scores: Scores | null;
  /** Sample variance over the rounds; null with fewer than two. */
  variance: Scores | null;
  refused: number;
  unreadable: number;
  repaired: number;
}

/** A judgement before the first answer. */
export const noJudgement = (): Judgement => ({
  answers: [],
  rounds: [],
  scores: null,
  variance: null,
  refused: 0,
  unreadable: 0,
  repaired: 0,
});

/** Judges several times. Refusals are counted, not retried; unreadable answers are retried. */
export async function judge(
  model: LoadedModel,
  prompt: ScoringPrompt,
  {
    repeats = 3,
    firstRound = 0,
    firstAttempt = 0,
    retries = JUDGE_RETRIES,
    wording = 'lab',
    temperature,
    seed,
    signal,
  }: JudgeOptions = {},
): Promise<Judgement> {
  const judgement = noJudgement();
  for (let round = firstRound; round < firstRound + repeats; round++) {
    for (let attempt = firstAttempt; attempt <= retries; attempt++) {
      const { messages, decoding } = judgeRequest(prompt, { round, attempt }, { wording, temperature, seed });
      const { declined, ...answered } = await answer(model, messages, decoding, signal);
      judgement.answers.push({ round, attempt, ...answered });
      const verdict: Verdict = declined ? { kind: 'refused' } : PROMPTS[wording].read(answered.text);
      if (verdict.kind === 'unreadable') {
        judgement.unreadable++;
        continue;
      }
      if (verdict.kind === 'refused') judgement.refused++;
      else {
        judgement.rounds.push(verdict.scores);
        if (verdict.repaired) judgement.repaired++;
      }
      break;
    }
  }
  judgement.scores = judgement.rounds.length > 0 ? overScores(judgement.rounds, mean) : null;
  judgement.variance = judgement.rounds.length > 1 ? overScores(judgement.rounds, variance) : null;
  return judgement;
}

/**
 * Scores weighted by the model's probabilities of the numbers 0 to 5, which are more fine-grained than the numbers that
 * it writes.
 *
 * Reference: Liu et al. (2023), "G-Eval: NLG evaluation using GPT-4 with better human alignment".
 * @throws {LabError} `unsupported` when the engine gives no probabilities.
 */
export async function weightedScores(model: LoadedModel, prompt: ScoringPrompt, signal?: AbortSignal): Promise<Scores> {
  const { tokenizer, scorer } = requireScorable(model);
  const scores: Partial<Scores> = {};
  for (const id of CRITERION_IDS) {
    const order = [id, ...CRITERION_IDS.filter((other) => other !== id)];
    const opening = `${await tokenizer.renderPrompt(prompt(order))}{"${id}": `;
    const [before = 0] = await tokenizer.countTokens([opening], 'prompt');
    const logs: number[] = [];
    for (let score = 0; score <= HIGHEST; score++) {
      const tokens = await scorer.score(`${opening}${score}`, signal, before);
      logs.push(tokens.slice(before).reduce((sum, { logprob }) => sum + (logprob ?? 0), 0));
    }
    scores[id] = expectation(logs);
  }
  return scores as Scores;
}

/** Mean of 0, 1, 2, … under the softmax of their log-probabilities. */
export function expectation(logs: readonly number[]): number {
  const highest = Math.max(...logs);
  const weights = logs.map((log) => Math.exp(log - highest));
  return (
    weights.reduce((sum, weight, score) => sum + weight * score, 0) / weights.reduce((sum, weight) => sum + weight, 0)
  );
}

/** Which of two replies a judge prefers, asked in both orders; `tie` where the two answers disagree. */
export interface Preference {
  choice: 'first' | 'second' | 'tie' | null;
  /** The answers in the given order and with the replies swapped, by position; null if unreadable. */
  forward: 'a' | 'b' | 'tie' | null;
  swapped: 'a' | 'b' | 'tie' | null;
}

export async function compareReplies(
  model: LoadedModel,
  context: readonly Line[],
  first: string,
  second: string,
  { seed = 1, signal }: JudgeOptions = {},
): Promise<Preference> {
  const decoding: ReplyRequest = { ...PAPER_DECODING, temperature: 0, maxNewTokens: 8, seed };
  const ask = async (a: string, b: string) =>
    readPreference((await answer(model, comparingPrompt(context, a, b), decoding, signal)).text) ?? null;
  const [forward, swapped] = [await ask(first, second), await ask(second, first)];
  const choice =
    forward === null || swapped === null
      ? null
      : forward === 'a' && swapped === 'b'
        ? 'first'
        : forward === 'b' && swapped === 'a'
          ? 'second'
          : 'tie';
  return { choice, forward, swapped };
}

/** Asks once. A missing answer also counts as one, so that it does not lose the answered rounds. */
async function answer(
  model: LoadedModel,
  messages: ChatMessage[],
  decoding: ReplyRequest,
  signal?: AbortSignal,
): Promise<Omit<JudgeAnswer, 'round' | 'attempt'> & { declined: boolean }> {
  let text = '';
  try {
    const { reason } = await collectReply(model.stream(messages, decoding, signal), (grown) => (text = grown));
    if (reason !== 'content-filter') return { text, declined: false };
    return { text, declined: true, withheld: "The server's content filter stopped the answer." };
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== 'no-reply') throw error;
    return { text, declined: error.detail.declined ?? false, withheld: error.detail.what };
  }
}
