import { growingReply } from '../core/engine/collect-reply.ts';
import type { LoadedModel, ReplyStats } from '../core/engine/engine.ts';
import { LabError } from '../core/error.ts';
import { writtenContext, type ReplyStep, type ReplyTools, type WrittenReply } from './reply.ts';

/** White space and half a character, with which a reply that was cut may end; the model writes them again. */
const LOOSE_END = /[\s\ufffd]+$/u;

/**
 * Resumes a reply where it ended, from the same context and with the same settings. There is no step until the reply
 * has grown or ended normally; if `signal` is aborted, the last step is a `stopped` one with what had arrived.
 * @throws {LabError} `unsupported` when another model wrote the reply or this one cannot resume it; what `writeReply`
 * throws.
 */
export async function* resumeReply(
  model: LoadedModel,
  task: WrittenReply,
  tools: ReplyTools,
  signal: AbortSignal,
): AsyncGenerator<ReplyStep> {
  const { origin } = task;
  const started = performance.now();
  checkResumes(model, origin.modelId);
  const { messages } = await writtenContext(model, task, tools, signal);
  const begun = task.reply.replace(LOOSE_END, '');
  const beginning = origin.strategy ? `(${origin.strategy}) ${begun}` : begun;
  const resumedAt = [...(origin.resumedAt ?? []), begun.length];
  const replies = growingReply(model.stream(messages, { ...origin.decoding, beginning }, signal));
  for await (const { text, promptTokens, end } of replies) {
    if (text === '' && end?.reason !== 'stop') continue;
    const { assist } = origin;
    const ms = assist?.ms !== undefined && end ? assist.ms + performance.now() - started : assist?.ms;
    yield {
      messages,
      promptTokens,
      change: {
        text: end ? (begun + text).trimEnd() : begun + text,
        state: !end ? 'partial' : end.reason === 'cancelled' ? 'stopped' : 'complete',
        reply: {
          ...origin,
          ...(assist && { assist: { ...assist, ms } }),
          resumedAt,
          reason: end?.reason,
          stats: end && origin.stats && together(origin.stats, end.stats),
        },
      },
    };
  }
}

/** Statistics of a reply in two pieces; the time between them does not count. */
const together = (before: ReplyStats, after: ReplyStats): ReplyStats => ({
  ...before,
  ...(before.readTokens !== undefined &&
    after.readTokens !== undefined && { readTokens: before.readTokens + after.readTokens }),
  newTokens: before.newTokens + after.newTokens,
  decodeMs: before.decodeMs + after.firstTokenMs + after.decodeMs,
});

function checkResumes({ info }: LoadedModel, writtenBy: string): void {
  const refuse = (what: string, todo: string): never => {
    throw new LabError({ code: 'unsupported', where: info.modelId, what, todo });
  };
  if (info.modelId !== writtenBy)
    refuse(`Another model wrote the reply (${writtenBy}).`, 'Choose that model, or press Try again.');
  if (!info.features.resumes) refuse('This model cannot continue a reply where it ended.', 'Press Try again.');
}
