import { z } from 'zod';
import type { LabError } from '../../core/error.ts';
import type { TokenScore } from '../../core/engine/engine.ts';
import { readUsage } from './reply-chunks.ts';

/** Also infinite ones, which JSON can encode as 1e999: `echoedScores` reports them. */
const logprob = z.custom<number>((value) => typeof value === 'number');
export const echoSchema = z.looseObject({
  choices: z
    .array(
      z.looseObject({
        logprobs: z.looseObject({ tokens: z.array(z.string()), token_logprobs: z.array(logprob.nullable()) }).nullish(),
      }),
    )
    .min(1),
  usage: z.unknown().optional(),
});

type Echo = z.infer<typeof echoSchema>;

/** Rounding may put the logarithm of a probability of 1 a little above 0. */
const ROUNDING = 1e-4;

/**
 * The scores of the prompt's tokens, without generated ones. Throws `refuse()` if they are missing, and `impossible()`
 * if they are not log-probabilities.
 */
export function echoedScores(
  text: string,
  { choices, usage }: Echo,
  refuse: () => LabError,
  impossible: () => LabError,
): TokenScore[] {
  const logprobs = choices[0]?.logprobs;
  if (!logprobs) throw refuse();
  const generated = readUsage(usage).completion ?? 1;
  const tokens = logprobs.tokens.slice(0, Math.max(0, logprobs.tokens.length - generated));
  const joined = tokens.join('');
  // Tokens that are parts of a character have no text, so the texts need not add up.
  const comparable = !joined.includes('\ufffd') && !tokens.some((token) => token.startsWith('bytes:'));
  if (tokens.length === 0 || (comparable && joined !== text)) throw refuse();
  return tokens.map((token, i) => {
    const logprob = i === 0 ? null : (logprobs.token_logprobs[i] ?? null);
    if (i > 0 && logprob === null) throw refuse();
    if (logprob !== null && !(Number.isFinite(logprob) && logprob <= ROUNDING)) throw impossible();
    // The API returns texts, not ids.
    return { id: -1, text: token, logprob: logprob === null ? null : Math.min(0, logprob) };
  });
}
