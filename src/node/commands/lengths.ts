import { recordSchema, type ResultRecord } from '../../core/evaluation/record.ts';
import { groupBy } from '../../core/group.ts';
import { parseJsonLines } from '../../core/json-lines.ts';
import { nodeFiles } from '../node-files.ts';
import { loadChatTokenizer } from '../../core/engine/load-tokenizer.ts';
import { bootstrapInterval } from '../../core/statistics/resampling.ts';
import { loadRepresentation } from '../../core/compression/load.ts';
import { RAW } from '../../core/compression/raw.ts';
import { REPRESENTATION_IDS } from '../../core/compression/representation.ts';
import {
  dialogueLengths,
  loadTokenCounter,
  TOKENIZER_IDS,
  tokensPerUtterance,
  type TokenCounter,
} from '../../core/compression/token-length.ts';
import { readLocalDataset } from '../dataset-file.ts';
import { readBuiltInDataset } from '../dataset-file.ts';
import { defineCommand } from '../command-options.ts';
import { chooseModel } from '../model-choice.ts';
import { MODEL } from './options.ts';
import { readText } from '../read-file.ts';

/**
 * Tokens per utterance under each compression and tokenizer: one JSON object per line, with intervals over dialogues.
 */
export const lengthsCommand = defineCommand({
  summary: 'Count the tokens per utterance under each compression, by the tokenizers of Mistral, Llama 2 and a model.',
  operand: 'dataset',
  options: {
    dataset: {
      kind: 'text',
      value: 'FILE',
      many: true,
      otherwise: 'the Solace corpus, which comes with the lab',
      about: 'A file of dialogues; repeat it for each file of the dataset.',
    },
    replies: {
      kind: 'text',
      value: 'FILE',
      otherwise: 'none',
      about: "A run's records.jsonl: count the replies of its models in place of a dataset's utterances.",
    },
    model: { ...MODEL, about: `${MODEL.about} Its tokenizer counts, too.` },
  },
  examples: ['--dataset esconv.jsonl', '--replies runs/first/records.jsonl'],
  async run({ dataset, replies, model }, print, signal) {
    const counters = new Map<string, TokenCounter>(
      await Promise.all(TOKENIZER_IDS.map(async (id) => [id, await loadTokenCounter(id)] as const)),
    );
    const tokenizer = await loadChatTokenizer(await nodeFiles(chooseModel(model).base));
    counters.set('model', (text) => tokenizer.encodeText(text).length);
    if (replies !== undefined) {
      for (const line of replyLengths(await readRecords(replies), counters)) print(JSON.stringify(line));
      return;
    }
    const { dialogues } = await (dataset.length > 0 ? readLocalDataset(dataset, { signal }) : readBuiltInDataset());
    for (const representation of REPRESENTATION_IDS) {
      const { compress } = await loadRepresentation(representation);
      // Compressed once, then counted by each tokenizer.
      const left = dialogues.map((dialogue) => ({
        ...dialogue,
        utterances: dialogue.utterances.map((utterance) => ({ ...utterance, text: compress(utterance.text).text })),
      }));
      for (const [name, count] of counters) {
        signal.throwIfAborted();
        const lengths = dialogueLengths(left, RAW.compress, count);
        const { value, low, high } = bootstrapInterval(tokensPerUtterance, lengths);
        const utterances = lengths.reduce((sum, length) => sum + length.utterances, 0);
        print(
          JSON.stringify({
            representation,
            tokenizer: name,
            dialogues: lengths.length,
            utterances,
            perUtterance: { value, low, high },
          }),
        );
      }
    }
  },
});

async function readRecords(path: string): Promise<ResultRecord[]> {
  const refusal = { what: 'It holds no records of a run.', todo: 'Give the records.jsonl that evaluate wrote.' };
  return parseJsonLines(await readText(path, refusal), recordSchema, { code: 'bad-file', where: path, ...refusal });
}

/** Tokens per reply of each model under each condition, with intervals over dialogues. */
function* replyLengths(records: readonly ResultRecord[], counters: ReadonlyMap<string, TokenCounter>) {
  const written = records.filter(({ hypothesis }) => hypothesis !== null);
  const cellOf = ({ model, representation }: ResultRecord): string => JSON.stringify([model, representation]);
  for (const replies of groupBy(written, cellOf).values()) {
    const [{ model, representation } = { model: '', representation: '' }] = replies;
    for (const [tokenizer, count] of counters) {
      const byDialogue = new Map<string, { tokens: number; utterances: number }>();
      for (const { dialogue, hypothesis } of replies) {
        const { tokens, utterances } = byDialogue.get(dialogue) ?? { tokens: 0, utterances: 0 };
        byDialogue.set(dialogue, { tokens: tokens + count(hypothesis ?? ''), utterances: utterances + 1 });
      }
      const perReply = bootstrapInterval(tokensPerUtterance, [...byDialogue.values()]);
      yield { model, representation, tokenizer, dialogues: byDialogue.size, replies: replies.length, perReply };
    }
  }
}
