import type { RepresentationId } from '../representation.ts';
import type { HistorySpec } from './spec.ts';

/** What happens to old turns of a chat that outgrows the window. */
export const OVERFLOW_IDS = ['drop', 'ends', 'shorten', 'summarise', 'select', 'recall'] as const;
export type OverflowId = (typeof OVERFLOW_IDS)[number];

/** The chat's choice until a person makes another; docs/reference/compression.md says what was measured. */
export const DEFAULT_OVERFLOW: OverflowId = 'recall';

/** The share of the window for quotes from turns that left it. */
export const RECALL_SHARE = 1 / 8;

/** The forms that old turns take, given how all turns are sent; the first one changes nothing. */
const SHORTER: Record<RepresentationId, RepresentationId[]> = {
  raw: ['raw', 'keypos', 'nostopwords'],
  keypos: ['raw', 'nostopwords'],
  nostopwords: ['raw'],
};

/**
 * The method that shortens what precedes the newest turn to `tokens`, for texts that are already in the form
 * `representation`. Recall is the same as dropping the oldest; its quotes change with every turn.
 */
export function overflowSpec(id: OverflowId, tokens: number, representation: RepresentationId): HistorySpec {
  const room = Math.max(1, tokens);
  switch (id) {
    case 'drop':
    case 'recall':
      return { method: 'budget', tokens: room, representations: ['raw'] };
    case 'ends':
      return { method: 'budget', tokens: room, representations: ['raw'], first: 2 };
    case 'shorten':
      return { method: 'budget', tokens: room, representations: SHORTER[representation] };
    case 'summarise':
      return { method: 'summary', keep: 1, block: 12, maxNewTokens: 96, tokens: room };
    case 'select':
      return { method: 'selective', drop: 0.6, tokens: room };
  }
}
