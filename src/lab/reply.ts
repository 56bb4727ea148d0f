import { asEarlierTurns, type Assist } from '../core/assist/assist.ts';
import { bestOf, type ChosenReply } from '../core/assist/best-of.ts';
import type { FoundExchange } from '../core/assist/exchange-index.ts';
import type { AssistNote } from '../core/assist/note.ts';
import { compressionOf } from '../core/compression/options.ts';
import { fitted, type Fit } from '../core/context/assemble.ts';
import type { ChatMessage } from '../core/context/message.ts';
import type { ContextUtterance } from '../core/context/sent.ts';
import type { ModelTokenizer } from '../core/context/tokenizer.ts';
import { chatWindow } from '../core/context/window.ts';
import type { Message, ReplyOrigin } from '../core/conversation/conversation.ts';
import { growingReply } from '../core/engine/collect-reply.ts';
import { splitStrategy } from '../core/dataset/strategy.ts';
import type { LoadedModel } from '../core/engine/engine.ts';
import { LabError } from '../core/error.ts';
import { viewCompressed, type CompressedRequest, type CompressedView } from './compressed-context.ts';
import type { Compression } from './compression.ts';
import { openOverflow } from './overflow.ts';

/** A request for a reply in a chat or a comparison. */
export interface ReplyTask {
  systemPrompt: string;
  /** The utterances so far; the last one is the message to answer. */
  utterances: readonly ContextUtterance[];
  origin: ReplyOrigin;
}

/** A reply that was written, whole or in part, and what it was written from. */
export interface WrittenReply extends ReplyTask {
  reply: string;
}

/** A reply so far. */
export interface ReplyStep {
  /** The context as the model received it. */
  messages: ChatMessage[];
  promptTokens: number | null;
  /** Which of several replies is being sampled, from 1; absent for a plain reply. */
  sampling?: number;
  change: { text: string; state: Message['state']; reply: NonNullable<Message['reply']> };
}

/** What writing a reply needs. */
export interface ReplyTools {
  /** The tokenizer of the model with this id; null if counts are estimated. */
  tokenizer: (modelId: string) => Promise<ModelTokenizer | null>;
  /** Token limit of the context, the reply included; null for the model's window. */
  limit: number | null;
  /** Default: the lab's own compression. */
  compress?: Compression['compress'];
  /** Opens what assisted replies need; without it, all are plain. */
  assist?: () => Promise<Assist>;
}

/**
 * Builds the context and streams a reply to it, one step per event. If `signal` is aborted, the last step is a
 * `stopped` one with what had arrived. Where assistance fails, the reply is plain and its note says why.
 * @throws {LabError} `bad-config` when the message does not fit; what the compression, the tokenizer and the engine
 * throw.
 */
export async function* writeReply(
  model: LoadedModel,
  task: ReplyTask,
  tools: ReplyTools,
  signal: AbortSignal,
): AsyncGenerator<ReplyStep> {
  const started = performance.now();
  const { origin, utterances } = task;
  const { assist, found, problem } = await assistanceFor(task, tools, signal);
  const { messages, sent } = await replyContext(model, task, tools, found, signal);
  const note = (more: Partial<AssistNote>): { assist?: AssistNote } =>
    origin.assist ? { assist: { ...origin.assist, found: sent, ...(problem && { problem }), ...more } } : {};
  const step = ({ text: written = '', promptTokens, end, sampling, outcome }: Partial<ChosenReply>): ReplyStep => {
    const { text, strategy } = splitStrategy(written, end !== undefined);
    const own = note({ ...outcome, ...(end && { ms: performance.now() - started }) });
    return {
      messages,
      promptTokens: promptTokens ?? null,
      ...(sampling !== undefined && { sampling }),
      change: {
        text: end ? text.trim() : text,
        state: !end ? 'partial' : end.reason === 'cancelled' ? 'stopped' : 'complete',
        reply: { ...origin, ...(strategy && { strategy }), ...own, ...end },
      },
    };
  };
  yield step({});
  const count = origin.assist?.bestOf ?? 1;
  const replies: AsyncIterable<Partial<ChosenReply>> =
    assist && count > 1
      ? bestOf(model, { messages, decoding: origin.decoding, count, score: assist.ranker(utterances) }, signal)
      : growingReply(model.stream(messages, origin.decoding, signal));
  for await (const reply of replies) yield step(reply);
}

interface Assistance {
  assist?: Assist;
  found: FoundExchange[];
  /** Why there is none although it was asked for. */
  problem?: string;
}

/** Opens what the reply needs beside the model, and looks up similar exchanges. */
async function assistanceFor(
  { origin, utterances }: ReplyTask,
  { assist: open }: ReplyTools,
  signal: AbortSignal,
): Promise<Assistance> {
  if (!origin.assist || !open) return { found: [] };
  try {
    const assist = await open();
    const { exchanges } = origin.assist;
    return { assist, found: exchanges > 0 ? await assist.similar(utterances, exchanges, signal) : [] };
  } catch (error) {
    const { detail } = LabError.from(error, { code: 'worker-lost', what: 'The encoder could not be used.' });
    if (detail.code === 'cancelled') throw error;
    return { found: [], problem: detail.what };
  }
}

/** A conversation as a model receives it for a reply. */
export interface ReplyContext extends CompressedView {
  fit: Fit;
  /** The utterances of the context as written, those of the exchanges included. */
  written: readonly ContextUtterance[];
  /** The exchanges before the conversation: all that were found, or none where they do not fit. */
  sent: FoundExchange[];
}

/**
 * The context of a reply: the only place that builds it, for the reply, the rest of it and a look inside it.
 * @throws {LabError} as `writeReply`.
 */
async function replyContext(
  model: LoadedModel,
  { origin, systemPrompt, utterances }: ReplyTask,
  { tokenizer, limit, compress }: ReplyTools,
  found: FoundExchange[],
  signal: AbortSignal,
): Promise<ReplyContext> {
  const { maxNewTokens } = origin.decoding;
  const { modelId, contextWindow } = model.info;
  const options = compressionOf(origin);
  const request = {
    system: systemPrompt,
    options,
    newest: origin.newest,
    ...chatWindow(contextWindow, { limit, maxNewTokens }),
  };
  const counter = await tokenizer(modelId);
  const view = async (
    more: Pick<CompressedRequest, 'utterances' | 'overflow'>,
  ): Promise<Omit<ReplyContext, 'sent'>> => {
    const seen = await viewCompressed({ ...request, ...more }, counter, signal, compress);
    return { ...fitted(seen), written: more.utterances };
  };
  const earlier = asEarlierTurns(found);
  if (earlier.length > 0) {
    const all = await view({ utterances: [...earlier, ...utterances] });
    if (all.fit.from === 0) return { ...all, sent: found };
  }
  // The conversation comes first: nothing of it is left out or shortened for the sake of an exchange.
  const overflow = origin.overflow && openOverflow({ id: origin.overflow, options, modelId, model, compress });
  return { ...(await view({ utterances, overflow })), sent: [] };
}

/**
 * The context that a reply was written from. The exchanges before it are those that were found then.
 * @throws {LabError} as `writeReply`.
 */
export const writtenContext = (
  model: LoadedModel,
  task: WrittenReply,
  tools: ReplyTools,
  signal: AbortSignal,
): Promise<ReplyContext> => replyContext(model, task, tools, task.origin.assist?.found ?? [], signal);
