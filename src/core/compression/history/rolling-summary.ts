import type { Utterance } from '../../dataset/dialogue.ts';
import { throwIfCancelled } from '../../error.ts';
import type { CountTokens, HistoryMethod, HistoryModel } from './history.ts';

export interface SummaryOptions {
  /** How many of the last utterances stay as they are. */
  keep?: number;
  /** How many utterances go into the summary at a time. */
  block?: number;
  /** Limit of one summary. */
  maxNewTokens?: number;
  /** Tokens for the summary and the utterances that stay; replaces `keep`. */
  budget?: { tokens: number; countTokens: CountTokens } | undefined;
}

const SPEAKERS = { seeker: 'Seeker', supporter: 'Supporter' } as const;

/** The prompt that asks the model to update the summary with the next utterances. */
function summaryPrompt(memory: string, utterances: readonly Utterance[]): string {
  return [
    'You keep notes on a supportive conversation. Update the notes with what the new lines add: who the seeker is, ' +
      'what happened, how they feel, what was suggested and what they thought of it. At most 80 words, facts only.',
    `Notes so far: ${memory || '(none)'}`,
    `New lines:\n${utterances.map(({ speaker, text }) => `${SPEAKERS[speaker]}: ${text}`).join('\n')}`,
    'Updated notes:',
  ].join('\n\n');
}

/**
 * The model's own summary of old utterances, block by block: each summary is made from the previous one and the next
 * utterances (Wang et al. 2023, arXiv:2308.15022). Summaries are cached, so that a growing conversation needs one more
 * only when another block is full. Under a budget, as few blocks are summarised as it allows; if the last, incomplete
 * block does not fit, its oldest utterances are left out.
 */
export function rollingSummary(
  model: Pick<HistoryModel, 'generate'>,
  { keep = 4, block = 6, maxNewTokens = 128, budget }: SummaryOptions = {},
): HistoryMethod {
  const known = new Map<string, string>();
  return {
    id: `summary-${block}-${budget ? `tokens-${budget.tokens}` : `last-${keep}`}-${maxNewTokens}`,
    name: budget ? `Rolling summary in ${budget.tokens} tokens` : `Rolling summary and last ${keep}`,
    summary: budget
      ? `The model’s own summary of old utterances, then the latest, in ${budget.tokens} tokens.`
      : `The model’s own summary of everything before the last ${keep} to ${keep + block - 1} utterances.`,
    async compact(utterances, signal) {
      const { blocks, from } = budget
        ? await planned(utterances, block, { ...budget, summary: maxNewTokens })
        : plannedBefore(utterances.length, block, keep);
      let memory = '';
      for (let i = 0; i < blocks; i++) {
        throwIfCancelled(signal);
        const prompt = summaryPrompt(memory, utterances.slice(i * block, (i + 1) * block));
        memory = known.get(prompt) ?? (await model.generate(prompt, { maxNewTokens, signal })).trim();
        known.set(prompt, memory);
      }
      const sent = utterances.map(({ text }, i) => (i < from ? null : text));
      return memory === '' ? { sent } : { sent, summary: memory, summarised: blocks * block };
    },
  };
}

interface Division {
  /** Blocks that are summarised. */
  blocks: number;
  /** Index of the first utterance that stays. */
  from: number;
}

function plannedBefore(length: number, block: number, keep: number): Division {
  const blocks = Math.floor(Math.max(0, length - Math.max(1, keep)) / block);
  return { blocks, from: blocks * block };
}

async function planned(
  utterances: readonly Utterance[],
  block: number,
  { tokens, countTokens, summary }: { tokens: number; countTokens: CountTokens; summary: number },
): Promise<Division> {
  const counts = await countTokens(utterances.map(({ text }) => text));
  const sizeFrom = (from: number): number => counts.slice(from).reduce((sum, count) => sum + count, 0);
  if (sizeFrom(0) <= tokens) return { blocks: 0, from: 0 };
  const last = Math.max(0, utterances.length - 1);
  const most = Math.floor(last / block);
  let blocks = Math.min(1, most);
  while (blocks < most && sizeFrom(blocks * block) > tokens - summary) blocks++;
  let from = blocks * block;
  while (from < last && sizeFrom(from) > tokens - (blocks > 0 ? summary : 0)) from++;
  return { blocks, from };
}
