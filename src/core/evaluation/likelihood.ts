import type { ChatMessage } from '../context/message.ts';
import type { ScorableModel } from '../engine/capabilities.ts';
import type { TokenScore } from '../engine/engine.ts';
import { LabError } from '../error.ts';
import { markedPrefix, withoutMarks } from '../tokenizer/plain-text.ts';

/** How likely a reply is, given what came before: the reply's tokens and the one that ends its turn. */
export interface ReplyLikelihood {
  /** Negative log-likelihood, in nats. */
  sum: number;
  tokens: number;
  /** Those tokens with their log-probabilities, in nats. */
  scores: TokenScore[];
  promptTokens: number;
}

/**
 * Scores `reply` as the model's answer to `messages`, with its end-of-turn token, as training counts it. The lab's only
 * definition: a reply's loss is `sum / tokens`, its perplexity the exponential of that.
 * @throws {LabError} `unsupported` when the template shows a reply differently than it asks for it; what `score`
 * throws.
 */
export async function replyLikelihood(
  model: ScorableModel,
  messages: ChatMessage[],
  reply: string,
  signal?: AbortSignal,
): Promise<ReplyLikelihood> {
  const { tokenizer } = model;
  const prompt = await tokenizer.renderPrompt(messages);
  const whole = await tokenizer.renderPrompt([...messages, { role: 'assistant', content: reply }]);
  const answered = markedPrefix(
    whole,
    await answeredLength(model, messages, {
      prompt: withoutMarks(prompt),
      whole: withoutMarks(whole),
      words: withoutMarks(reply),
    }),
  );
  const [promptTokens = 0, answeredTokens = 0] = await tokenizer.countTokens([prompt, answered], 'prompt');
  const scores = await model.scorer.score(whole, signal, promptTokens);
  const counted = scores.slice(promptTokens, answeredTokens + 1);
  const sum = counted.reduce((total, score) => total - logProbabilityOf(score, model), 0);
  return { sum, tokens: counted.length, scores: counted, promptTokens };
}

/** Stands for a reply to see what a template writes around one: a character that no header of a template has. */
const PROBE = '\u2042';

/**
 * Where the reply ends in `whole`, in characters without marks. What a template writes between the prompt and the
 * reply, a space or a header that it does not ask with, is the model's to write, too, and counts as it does in
 * training.
 */
async function answeredLength(
  model: ScorableModel,
  messages: ChatMessage[],
  { prompt, whole, words }: { prompt: string; whole: string; words: string },
): Promise<number> {
  let start = prompt.length;
  if (whole.startsWith(prompt) && !whole.startsWith(words, start)) {
    const probe = withoutMarks(
      await model.tokenizer.renderPrompt([...messages, { role: 'assistant', content: PROBE }]),
    );
    const at = probe.startsWith(prompt) ? probe.indexOf(PROBE, start) : -1;
    if (at >= 0 && whole.startsWith(probe.slice(0, at))) start = at;
  }
  // Some templates trim what they are given.
  const shown = [words, words.trim()].find((text) => whole.startsWith(text, start));
  const end = start + (shown?.length ?? 0);
  // Llama 2 writes a space before the token that ends the turn.
  const space = /^ +(?=<)/.exec(whole.slice(end))?.[0].length ?? 0;
  if (whole.startsWith(prompt) && shown !== undefined && end + space < whole.length) return end + space;
  throw new LabError({
    code: 'unsupported',
    where: model.info.modelId,
    what: 'The chat template renders a reply differently than it asks for one, so the reply cannot be scored.',
    todo: 'Take a model whose template only appends, or leave perplexity out.',
  });
}

/**
 * Rounding may put a probability a little above 1; NaN, infinite or clearly positive means that the model overflowed.
 */
function logProbabilityOf({ logprob, text }: TokenScore, { info }: ScorableModel): number {
  if (logprob !== null && Number.isFinite(logprob) && logprob <= 1e-4) return logprob;
  throw new LabError({
    code: 'bad-data',
    where: info.modelId,
    what: `The model gave ${logprob} as the log-probability of "${text}", which is not a finite number up to 0.`,
    todo: 'Load the model again, with higher precision if it repeats.',
  });
}
