import { droppedNegations } from '../../core/compression/negation.ts';
import type { AsWritten, RepresentationId, TokenSpan } from '../../core/compression/representation.ts';
import type { Absence, ContextView } from '../../core/context/assemble.ts';
import type { ChatMessage } from '../../core/context/message.ts';
import { sentSpans } from '../../core/context/sent-spans.ts';
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
  /** It lost words, or more words, because the conversation outgrew the window. */
  shortened: boolean;
  /** It left, and is quoted before the newest message. */
  recalled: boolean;
  /** It is a summary of utterances that left. */
  notes: boolean;
  /** Number of negations among its dropped words. */
  negations: number;
}

/** An utterance, as the panel knows it. */
export type SeenSaid = KeyedUtterance & { draft: boolean };

/** The system message and every utterance, whether it is sent or not. */
export function seenRows(
  view: CompressedView,
  said: readonly SeenSaid[],
  { system, representation }: { system: string; representation: RepresentationId },
): SeenRow[] {
  const systemRow = (key: string, text: string, tokens: number): SeenRow => ({
    ...PLAIN,
    key,
    role: 'system',
    written: text,
    sent: text,
    spans: [],
    tokens,
    notes: key === 'notes',
  });
  const rows = view.utterances.flatMap((seen, i): SeenRow[] => {
    const utterance = said[i];
    const compressed = view.compressed[i];
    if (!utterance || !compressed) return [];
    const asWritten = representation === 'raw' ? null : (seen.asWritten ?? compressed.asWritten ?? null);
    const spans = sentSpans(utterance.text, seen, compressed);
    return [
      {
        ...PLAIN,
        key: utterance.key,
        role: seen.role,
        written: utterance.text,
        sent: seen.text ?? '',
        spans,
        tokens: seen.tokens,
        absent: seen.absent,
        draft: utterance.draft,
        asWritten,
        shortened: seen.shortened?.some(({ keep }) => !keep) ?? false,
        recalled: seen.recalled,
        negations: seen.text === null ? 0 : droppedNegations(utterance.text, spans).length,
      },
    ];
  });
  const notes = view.summary === null ? [] : [systemRow('notes', view.summary, view.summaryTokens)];
  return [...(system.trim() ? [systemRow('system', system, view.base - view.summaryTokens)] : []), ...notes, ...rows];
}

/** The rows of `now`, where nothing changed as the objects of `before`, so that they are not rendered again. */
export function keptRows(before: readonly SeenRow[], now: readonly SeenRow[]): SeenRow[] {
  const earlier = new Map(before.map((row) => [row.key, row]));
  return now.map((row) => {
    const last = earlier.get(row.key);
    return last && JSON.stringify(last) === JSON.stringify(row) ? last : row;
  });
}

const PLAIN = {
  absent: null,
  draft: false,
  asWritten: null,
  shortened: false,
  recalled: false,
  notes: false,
  negations: 0,
} as const;

/** What became of a message in the context of the next reply, for the log. */
export type Fate = 'left' | 'summarised' | 'shortened' | 'quoted';

/** The fate of each message that the model no longer reads as it would if the window were larger. */
export const fatesOf = (rows: readonly SeenRow[]): ReadonlyMap<string, Fate> =>
  new Map(
    rows.flatMap((row) => {
      const fate = fateOf(row);
      return fate ? [[row.key, fate] as const] : [];
    }),
  );

function fateOf({ absent, recalled, shortened }: SeenRow): Fate | null {
  if (recalled) return 'quoted';
  if (absent === 'summary') return 'summarised';
  if (absent === 'window') return 'left';
  return shortened ? 'shortened' : null;
}

/** The message below which everything is read in full, and what became of those above; null while all is read. */
export interface Edge {
  key: string;
  counts: Partial<Record<Fate, number>>;
}

export function edgeOf(rows: readonly SeenRow[]): Edge | null {
  const last = rows.findLastIndex((row) => fateOf(row) !== null);
  const first = rows[last + 1];
  if (last < 0 || !first) return null;
  const counts: Edge['counts'] = {};
  for (const fate of fatesOf(rows).values()) counts[fate] = (counts[fate] ?? 0) + 1;
  return { key: first.key, counts };
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
