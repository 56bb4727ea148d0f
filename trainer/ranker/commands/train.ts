import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { scoreOf, type RankerWeights } from '../../../src/core/assist/ranker.ts';
import type { DatasetPart } from '../../../src/core/dataset/built-in.ts';
import { parseJsonLines } from '../../../src/core/json-lines.ts';
import { defineCommand } from '../../../src/node/command-options.ts';
import { loadFolderEncoder } from '../../../src/node/encoder-node.ts';
import { sha256Of } from '../../../src/node/node-manifest.ts';
import { rankerTurns } from '../contexts.ts';
import { featuresOf, KIND_WEIGHTS, rankedReplies, sampledReplySchema, type RankedReply } from '../examples.ts';
import { choosePenalty, fitLogistic, type Labelled } from '../logistic.ts';
import { separations } from '../measure.ts';

const REPLIES = fileURLToPath(new URL('../replies.jsonl', import.meta.url));
const WEIGHTS = fileURLToPath(new URL('../../../src/core/assist/ranker.json', import.meta.url));

export const trainCommand = defineCommand({
  summary: 'Train the ranker on the training part of the corpus, and report how it does on the test part.',
  options: { dry: { kind: 'flag', about: 'Write no weights.' } },
  examples: ['', '--dry'],
  async run({ dry }, print) {
    const text = await readFile(REPLIES, 'utf8');
    const where = 'trainer/ranker/replies.jsonl';
    const todo = 'Sample it again with sample.py.';
    const sampled = parseJsonLines(text, sampledReplySchema, {
      code: 'bad-file',
      what: 'A line is no reply',
      where,
      todo,
    });
    const encoder = await loadFolderEncoder();
    const read = async (part: DatasetPart): Promise<{ replies: RankedReply[]; examples: Labelled[] }> => {
      const replies = rankedReplies(await rankerTurns(part), sampled, part);
      const features = await featuresOf(encoder, replies);
      return { replies, examples: replies.map((reply, i) => labelled(reply, features[i] ?? new Float32Array())) };
    };
    const train = await read('train');
    const penalty = choosePenalty(train.examples, print);
    const fitted = fitLogistic(train.examples, { penalty });
    const weights: RankerWeights = {
      replies: await sha256Of(REPLIES),
      bias: rounded(fitted.bias),
      weights: Array.from(fitted.weights, rounded),
    };
    const test = await read('test');
    await encoder.release();
    const scores = test.examples.map(({ features }) => scoreOf(weights, features));
    for (const line of separations(test.replies, scores)) print(line);
    if (!dry) await writeFile(WEIGHTS, `${JSON.stringify(weights)}\n`);
  },
});

const labelled = ({ kind, turn }: RankedReply, features: Float32Array): Labelled => ({
  features,
  good: kind === 'corpus',
  weight: KIND_WEIGHTS[kind],
  group: turn.dialogue,
});

const rounded = (value: number): number => Number(value.toPrecision(4));
