import { z } from 'zod';
import type { GpuCounts } from '../../tests/harness/count-gpu.ts';

/** What one token of a reply costs: calls and bytes, and where its time goes, in milliseconds. */
export interface TokenCost {
  counts: GpuCounts;
  /** In ONNX Runtime, without the time that it waits for the device. */
  runtimeMs: number;
  /** Outside ONNX Runtime and not waiting: tokenizer, sampling, and what the page does. */
  scriptMs: number;
  /** Waiting for a buffer to be read. */
  waitMs: number;
}

const figure = z.number();
const findingSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('load'), state: z.enum(['cold', 'warm']), ms: figure, where: z.string() }),
  z.object({
    type: z.literal('reply'),
    /** Tokens of the plan's prompt, and what the engine counted. */
    prompt: figure,
    promptTokens: figure.nullable(),
    newTokens: figure,
    firstTokenMs: figure,
    /** Null when the reply has one token only. */
    tokensPerSecond: figure.nullable(),
  }),
  z.object({
    type: z.literal('token'),
    counts: z.object({
      passes: figure,
      dispatches: figure,
      submits: figure,
      reads: figure,
      bytesRead: figure,
      bytesWritten: figure,
    }),
    runtimeMs: figure,
    scriptMs: figure,
    waitMs: figure,
  }),
  z.object({
    type: z.literal('trained'),
    updates: figure,
    firstUpdateMs: figure,
    /** The median over the updates after the first, or of the first if there is no other. */
    tokensPerSecond: figure,
    firstLoss: figure,
    lastLoss: figure,
  }),
  /** Something that a reader should know: where a model runs, a stage that was reached, rounds left out. */
  z.object({ type: z.literal('note'), text: z.string() }),
  z.object({ type: z.literal('error'), reason: z.string() }),
]);
export type Finding = z.infer<typeof findingSchema>;
export type Reply = Extract<Finding, { type: 'reply' }>;

/** One finding of a measurement. Drivers add errors for measurements that they had to end. */
export const resultSchema = z.object({ measurement: z.string(), finding: findingSchema });
export type Result = z.infer<typeof resultSchema>;

/** A page's message to its driver: the result, and one line about it. */
export interface Message extends Result {
  line: string;
}

const number = (value: number | null, digits: number): string => (value === null ? '?' : value.toFixed(digits));

/** One line about a finding, printed as it comes. */
export function lineOf({ measurement, finding }: Result): string {
  const text = ((): string => {
    switch (finding.type) {
      case 'load':
        return `${finding.state} load ${number(finding.ms, 0)} ms, ${finding.where}`;
      case 'reply':
        return (
          `prompt of ${finding.promptTokens ?? finding.prompt} tokens: first token ` +
          `${number(finding.firstTokenMs, 0)} ms, ${number(finding.tokensPerSecond, 1)} tokens/s ` +
          `(${finding.newTokens} tokens)`
        );
      case 'token':
        return (
          `per token ${finding.counts.dispatches} dispatches, ${finding.counts.submits} submits, ` +
          `${finding.counts.bytesRead} bytes read back`
        );
      case 'trained':
        return `${finding.updates} updates, ${number(finding.tokensPerSecond, 1)} tokens/s`;
      case 'note':
        return finding.text;
      case 'error':
        return `FAILED: ${finding.reason}`;
    }
  })();
  return `${measurement}: ${text}`;
}
