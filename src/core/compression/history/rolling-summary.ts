import type { Utterance } from '../../dataset/dialogue.ts';
import { throwIfCancelled } from '../../error.ts';
import type { HistoryMethod, HistoryModel } from './history.ts';

export interface SummaryOptions {
  /** How many of the last utterances stay as they are. */
  keep?: number;
  /** How many utterances go into the summary at a time. */
  block?: number;
  /** Limit of one summary. */
  maxNewTokens?: number;
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
 * only when another block is full.
 */
export function rollingSummary(
  model: Pick<HistoryModel, 'generate'>,
  { keep = 4, block = 6, maxNewTokens = 128 }: SummaryOptions = {},
): HistoryMethod {
  const known = new Map<string, string>();
  return {
    id: `summary-${block}-last-${keep}-${maxNewTokens}`,
    name: `Rolling summary and last ${keep}`,
    summary: `The model’s own summary of everything before the last ${keep} to ${keep + block - 1} utterances.`,
    async compact(utterances, signal) {
      const blocks = Math.floor(Math.max(0, utterances.length - Math.max(1, keep)) / block);
      let memory = '';
      for (let i = 0; i < blocks; i++) {
        throwIfCancelled(signal);
        const prompt = summaryPrompt(memory, utterances.slice(i * block, (i + 1) * block));
        memory = known.get(prompt) ?? (await model.generate(prompt, { maxNewTokens, signal })).trim();
        known.set(prompt, memory);
      }
      const sent = utterances.map(({ text }, i) => (i < blocks * block ? null : text));
      return memory === '' ? { sent } : { sent, summary: memory };
    },
  };
}
