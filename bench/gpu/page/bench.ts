import type { Plan, Round } from '../plan.ts';
import type { Finding, Reply } from '../results.ts';

export type Report = (finding: Finding) => void;

/** What a measurement gets. */
export interface Bench {
  plan: Plan;
  report: Report;
  secondsLeft: () => number;
}

/** One reply, timed. */
export type Reading = Pick<Reply, 'promptTokens' | 'newTokens' | 'firstTokenMs' | 'tokensPerSecond'>;

/** A model that an engine has loaded. */
export interface Contender {
  /** Where it runs, in words. */
  where: string;
  reply: (round: Round, newTokens: number) => Promise<Reading>;
  unload: () => Promise<unknown>;
}

/** The address of something next to the page. */
export const at = (path: string): string => new URL(path, document.baseURI).href;

/** Enough for both kinds of step, which have shaders of their own. */
const WARM_UP_TOKENS = 2;

/** Threads of runtimes in Wasm, for all engines alike. */
export const threads = (): number => Math.min(4, navigator.hardwareConcurrency);

/** The reading of a reply from the time of its request and those of its tokens. */
export function readingOf(start: number, times: readonly number[], promptTokens: number | null): Reading {
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined) throw new Error('The reply has no token.');
  return {
    promptTokens,
    newTokens: times.length,
    firstTokenMs: first - start,
    tokensPerSecond: times.length > 1 ? ((times.length - 1) / (last - first)) * 1000 : null,
  };
}

/**
 * Loads a model cold and warm, then lets it reply: to a prompt of each length to warm up, then to each prompt once,
 * then again, while there is time. `last` gets the loaded model if there is time for four more replies.
 */
export async function measureReplies(
  { plan, report, secondsLeft }: Bench,
  load: () => Promise<Contender>,
  last?: (contender: Contender) => Promise<void>,
): Promise<void> {
  const timed = async (state: 'cold' | 'warm'): Promise<Contender> => {
    const start = performance.now();
    const contender = await load();
    report({ type: 'load', state, ms: performance.now() - start, where: contender.where });
    return contender;
  };
  const before = secondsLeft();
  let contender = await timed('cold');
  // A load that takes a quarter of the time would leave too little for replies if it were repeated.
  if (secondsLeft() > before * 0.75) {
    await contender.unload();
    contender = await timed('warm');
  } else report({ type: 'note', text: 'not loaded again, for lack of time' });
  const longest = new Map<number, number>();
  for (const { tokens, warmUp } of plan.prompts) {
    const { firstTokenMs } = await contender.reply(warmUp, WARM_UP_TOKENS);
    report({ type: 'note', text: `prompt of ${tokens} tokens, to warm up: first token ${firstTokenMs.toFixed(0)} ms` });
  }
  const rounds = Math.max(...plan.prompts.map((prompt) => prompt.rounds.length));
  for (let round = 0; round < rounds; round++) {
    for (const prompt of plan.prompts) {
      const { tokens } = prompt;
      const wanted = prompt.rounds[round];
      if (!wanted) continue;
      if (secondsLeft() < (longest.get(tokens) ?? 0) * 1.3) {
        report({ type: 'note', text: `prompt of ${tokens} tokens: round ${round + 1} left out, for lack of time` });
        continue;
      }
      const left = secondsLeft();
      report({ type: 'reply', prompt: tokens, ...(await contender.reply(wanted, plan.newTokens)) });
      longest.set(tokens, Math.max(longest.get(tokens) ?? 0, left - secondsLeft()));
    }
  }
  if (last && secondsLeft() > 4 * Math.min(...longest.values())) await last(contender);
  await contender.unload();
}
