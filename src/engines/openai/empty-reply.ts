import type { LabError } from '../../core/error.ts';
import { endpointError, type Endpoint } from './endpoint.ts';
import type { Finish, ReplyChunk } from './reply-chunks.ts';

const REPHRASE = 'Say it in other words, or choose another model.';

/** The error for an empty reply, by what was sent instead. */
export function emptyReply(
  endpoint: Endpoint,
  { thinking, tools, refusal }: ReplyChunk['aside'],
  finish: Finish | undefined,
  maxNewTokens: number,
): LabError {
  const named = (what: string, todo: string, declined = false) =>
    endpointError(endpoint, { code: 'no-reply', what, todo, ...(declined && { declined }) });
  if (finish === 'content-filter') {
    return named("The server's content filter held the whole reply back.", REPHRASE, true);
  }
  if (refusal) return named(`The model refused to answer: ${refusal.slice(0, 300)}`, REPHRASE, true);
  if (thinking) {
    const spent = finish === 'length' ? `, and its ${maxNewTokens} tokens were used up by that` : '';
    return named(
      `The reply is empty: the model only thought (reasoning_content)${spent}.`,
      'Allow longer replies, or turn thinking off at the server.',
    );
  }
  if (tools) {
    return named(
      'The reply is empty: the model called a tool instead of answering.',
      'Turn tools off at the server, or choose another model.',
    );
  }
  return named(
    'The reply is empty: the server ended it before the first word.',
    'Try again, or check the chat template at the server.',
  );
}
