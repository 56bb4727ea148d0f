import { LabError } from '../error.ts';

/**
 * Refuses a text that does not fit a model's window.
 * @param room tokens to keep free for a reply; 0 without one
 * @throws {LabError} `bad-data` with both numbers.
 */
export function checkFitsWindow(
  { modelId, contextWindow }: { modelId: string; contextWindow: number },
  tokens: number,
  room: number,
): void {
  if (tokens + room <= contextWindow) return;
  throw new LabError({
    code: 'bad-data',
    where: modelId,
    what:
      `The text has ${tokens} tokens; the model's window holds ` +
      `${contextWindow}${room ? ', the reply included' : ''}.`,
    todo: 'Shorten it, or leave older messages out of the context.',
  });
}
