import { z } from 'zod';
import { PAPER_DECODING } from '../../core/engine/engine.ts';
import { LabError } from '../../core/error.ts';
import { writeReply, type ReplyStep } from '../../lab/index.ts';
import { openNodeAssist } from '../assist-node.ts';
import { defineCommand } from '../command-options.ts';
import { loadFolderModel } from '../folder-model.ts';
import { readJsonArray } from './json.ts';
import { MODEL } from './options.ts';

const conversationSchema = z
  .array(z.object({ speaker: z.enum(['seeker', 'supporter']), text: z.string() }))
  .refine((said) => said.at(-1)?.speaker === 'seeker', 'The last message is not by the seeker.');

/** Replies to conversations as the chat does, plain or assisted: one JSON object per line. */
export const replyCommand = defineCommand({
  summary: 'Reply to conversations as the chat does, one JSON object per line: the reply, and what was done for it.',
  operand: 'conversations',
  options: {
    conversations: {
      kind: 'text',
      value: 'FILE',
      required: true,
      about: 'A JSON array of conversations, each an array of {speaker, text} that ends with the seeker.',
    },
    model: MODEL,
    system: { kind: 'text', value: 'TEXT', otherwise: 'none', about: 'The system prompt.' },
    exchanges: { kind: 'count', otherwise: 'none', about: 'Similar exchanges of the corpus before the conversation.' },
    'best-of': { kind: 'count', default: '1', about: 'Replies to sample, of which the best is chosen.' },
    temperature: { kind: 'text', value: 'NUMBER', default: String(PAPER_DECODING.temperature), about: 'Temperature.' },
    'top-p': { kind: 'text', value: 'NUMBER', default: String(PAPER_DECODING.topP), about: 'Top-p.' },
    tokens: { kind: 'count', default: String(PAPER_DECODING.maxNewTokens), about: 'Most tokens of a reply.' },
    seed: { kind: 'count', default: '1', about: 'Seed of the first reply.' },
  },
  examples: [
    '--conversations said.json',
    '--conversations said.json --best-of 4',
    '--conversations said.json --exchanges 2',
  ],
  async run(options, print, signal) {
    const conversations = await readJsonArray(options.conversations, conversationSchema);
    const { seed, tokens: maxNewTokens } = options;
    const [temperature, topP] = [Number(options.temperature), Number(options['top-p'])];
    const wanted = { exchanges: options.exchanges ?? 0, bestOf: options['best-of'] };
    const assisted = wanted.exchanges > 0 || wanted.bestOf > 1;
    const model = await loadFolderModel(options.model, { signal });
    const assist = assisted ? await openNodeAssist() : undefined;
    try {
      for (const utterances of conversations) {
        const origin = {
          modelId: model.info.modelId,
          representation: 'raw' as const,
          decoding: { ...PAPER_DECODING, temperature, topP, maxNewTokens, seed },
          ...(assisted && { assist: wanted }),
        };
        const tools = {
          tokenizer: () => Promise.resolve(model.tokenizer ?? null),
          limit: null,
          ...(assist && { assist: () => Promise.resolve(assist) }),
        };
        const task = { systemPrompt: options.system ?? '', utterances, origin };
        let last: ReplyStep | undefined;
        for await (const step of writeReply(model, task, tools, signal)) last = step;
        if (signal.aborted || !last) throw LabError.cancelled();
        const { text, reply } = last.change;
        print(JSON.stringify({ text, reason: reply.reason, stats: reply.stats, assist: reply.assist }));
      }
    } finally {
      await Promise.all([model.unload(), assist?.release()]);
    }
  },
});
