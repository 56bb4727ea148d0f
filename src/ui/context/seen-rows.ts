import type { AsWritten, RepresentationId, TokenSpan } from '../../core/compression/representation.ts';
import type { Absence, ContextView } from '../../core/context/assemble.ts';
import type { ChatMessage } from '../../core/context/message.ts';
import { LabError } from '../../core/error.ts';
import type { KeyedUtterance } from '../../core/conversation/danger.ts';
import type { CompressedView } from '../../lab/index.ts';

/** A message of the context as the panel shows it. */
export interface SeenRow {
  key: string;
  role: ChatMessage['role'];
  /** The text as written. */
  written: string;
  /** The text as the model receives it. */
  sent: string;
  spans: readonly TokenSpan[];
  tokens: number;
  /** Why it is not sent; null where it is. */
  absent: Absence | null;
  /** Still being typed. */
  draft: boolean;
  /** Why it is sent as written although a compression is chosen; null where it is compressed. */
  asWritten: AsWritten | null;
}

/** An utterance, as the panel knows it. */
export type SeenSaid = KeyedUtterance & { draft: boolean };

/** The system message and every utterance, whether it is sent or not. */
export function seenRows(
  view: CompressedView,
  said: readonly SeenSaid[],
  { system, representation }: { system: string; representation: RepresentationId },
): SeenRow[] {
  const head: SeenRow = {
    key: 'system',
    role: 'system',
    written: system,
    sent: system,
    spans: [],
    tokens: view.base,
    absent: null,
    draft: false,
    asWritten: null,
  };
  const rows = view.utterances.flatMap((seen, i): SeenRow[] => {
    const utterance = said[i];
    const compressed = view.compressed[i];
    if (!utterance || !compressed) return [];
    const asWritten = representation === 'raw' ? null : (seen.asWritten ?? compressed.asWritten ?? null);
    return [
      {
        key: utterance.key,
        role: seen.role,
        written: utterance.text,
        sent: seen.text ?? '',
        spans: seen.asWritten ? [] : compressed.spans,
        tokens: seen.tokens,
        absent: seen.absent,
        draft: utterance.draft,
        asWritten,
      },
    ];
  });
  return system.trim() ? [head, ...rows] : rows;
}

/** How many utterances fit into the window under one compression. */
export interface MeterRow {
  representation: RepresentationId;
  /** Utterances that fit, counted from the latest. */
  fits: number;
  /** Tokens of the prompt with the utterances that fit. */
  used: number;
  /** Tokens of the prompt with all utterances, if there were room. */
  tokens: number;
}

export function meterRow(representation: RepresentationId, { fit, whole }: ContextView): MeterRow {
  const [fits, used] = fit instanceof LabError ? [0, 0] : [fit.kept, fit.tokens];
  return { representation, fits, used, tokens: whole };
}
