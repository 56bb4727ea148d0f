import type { ChatMessage } from '../../core/context/message.ts';
import type { ReplyRequest } from '../../core/engine/engine.ts';

/** Optional parts of a request, which some servers refuse. */
export interface ChatExtras {
  /** Whether `top_k` is sent, which is not of OpenAI's interface. */
  sendTopK: boolean;
  /** Whether the server is asked to hold the reply to the request's JSON schema, if it has one. */
  sendSchema: boolean;
}

/** The body of a request for a chat completion. */
export function chatBody(
  model: string,
  messages: readonly ChatMessage[],
  { temperature, topP, topK, maxNewTokens, seed, jsonSchema }: ReplyRequest,
  { sendTopK, sendSchema }: ChatExtras,
) {
  return {
    model,
    messages,
    temperature,
    top_p: topP,
    max_tokens: maxNewTokens,
    seed,
    ...(sendTopK && topK !== 0 && { top_k: topK }),
    ...(sendSchema &&
      jsonSchema && {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'reply', strict: true, schema: jsonSchema },
        },
      }),
  };
}
