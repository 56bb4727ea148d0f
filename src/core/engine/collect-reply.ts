import { LabError } from '../error.ts';
import type { FinishReason, ReplyStats, StreamEvent } from './engine.ts';

/** A reply so far. */
export interface PartialReply {
  text: string;
  promptTokens: number | null;
  /** Only on the last value. */
  end?: { reason: FinishReason; stats: ReplyStats };
}

/** A finished reply. */
export interface WholeReply {
  text: string;
  /** Never `cancelled`. */
  reason: Exclude<FinishReason, 'cancelled'>;
  stats: ReplyStats;
}

/** The text of a reply as it grows, one value per event of the engine; a cancelled reply ends with its text so far. */
export async function* growingReply(events: AsyncIterable<StreamEvent>): AsyncGenerator<PartialReply, void, void> {
  let text = '';
  let promptTokens: number | null = null;
  for await (const event of events) {
    if (event.type === 'prompt') promptTokens = event.tokens;
    else if (event.type === 'text') text += event.text;
    else {
      const { reason, stats } = event;
      yield { text, promptTokens: stats.promptTokens ?? promptTokens, end: { reason, stats } };
      return;
    }
    yield { text, promptTokens };
  }
}

/**
 * Reads a reply to its end, as the model wrote it. A partial reply is never returned.
 * @param onText called with the text whenever it has grown
 * @throws {LabError} `cancelled` when the reply was stopped, `endpoint` when it has no end, and what the engine throws.
 */
export async function collectReply(
  events: AsyncIterable<StreamEvent>,
  onText?: (text: string) => void,
): Promise<WholeReply> {
  let known = '';
  for await (const { text, end } of growingReply(events)) {
    if (text !== known) onText?.((known = text));
    if (!end) continue;
    const { reason, stats } = end;
    if (reason === 'cancelled') throw LabError.cancelled();
    return { text, reason, stats };
  }
  throw new LabError({
    code: 'endpoint',
    what: 'The reply has no end.',
    todo: 'Try again.',
  });
}
