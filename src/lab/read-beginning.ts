import type { ChatMessage } from '../core/context/message.ts';
import { collectReply } from '../core/engine/collect-reply.ts';
import { PAPER_DECODING, type LoadedModel } from '../core/engine/engine.ts';

/**
 * Has a model read the system prompt, with which all replies that are compared begin. An engine keeps what it has read:
 * without this, the first reply would wait for it alone, or find the whole conversation kept from the chat. Endpoints
 * are not asked, because that costs money.
 */
export async function readBeginning(model: LoadedModel, systemPrompt: string, signal: AbortSignal): Promise<void> {
  if (model.info.device === 'remote') return;
  const system: ChatMessage[] = systemPrompt.trim() ? [{ role: 'system', content: systemPrompt }] : [];
  const decoding = { ...PAPER_DECODING, maxNewTokens: 1, seed: 0 };
  await collectReply(model.stream([...system, { role: 'user', content: 'Hello' }], decoding, signal));
}
