import { z } from 'zod';
import { LazyMap } from '../../src/core/async/memoised.ts';
import { at } from '../../src/core/at.ts';
import type { DatasetPart } from '../../src/core/dataset/built-in.ts';
import type { EncodedText, Encoder } from '../../src/core/engine/encoder.ts';
import type { SampledTurn } from '../../src/core/evaluation/turns.ts';
import { shuffle } from '../../src/core/random/random.ts';
import { seededRandom } from '../../src/core/random/xoshiro128.ts';
import { rankerContext, replyFeatures } from '../../src/core/assist/reply-features.ts';
import { SAMPLED_MODELS } from './contexts.ts';
import { GENERIC, mangled } from './mangle.ts';

/** A line of replies.jsonl: what a model replied to a turn. */
export const sampledReplySchema = z.object({
  part: z.enum(['train', 'test']),
  dialogue: z.string(),
  turn: z.int(),
  model: z.enum(SAMPLED_MODELS),
  text: z.string(),
});
export type SampledReply = z.infer<typeof sampledReplySchema>;

/** Where replies come from: `corpus` is good, the others are bad. */
export const REPLY_KINDS = ['corpus', 'solace', 'base', 'mangled', 'other', 'generic', 'repeated'] as const;
export type ReplyKind = (typeof REPLY_KINDS)[number];

/** How much an example of each kind counts: what the default model itself writes counts most. */
export const KIND_WEIGHTS: Readonly<Record<ReplyKind, number>> = {
  corpus: 2,
  solace: 2,
  base: 1,
  mangled: 0.7,
  other: 0.5,
  generic: 0.3,
  repeated: 0.3,
};

/** A reply to a turn of the corpus. */
export interface RankedReply {
  turn: SampledTurn;
  kind: ReplyKind;
  text: string;
}

/** The good reply of each turn and its bad ones; the same in every call. */
export function rankedReplies(
  turns: readonly SampledTurn[],
  sampled: readonly SampledReply[],
  part: DatasetPart,
): RankedReply[] {
  const random = seededRandom(part === 'train' ? 5 : 6);
  const others = shuffle(turns, random);
  return turns.flatMap((turn, i) => {
    const other = at(others, i).dialogue === turn.dialogue ? at(others, (i + 1) % others.length) : at(others, i);
    const last = turn.before.findLast(({ speaker }) => speaker === 'supporter');
    const wrong = mangled(turn.reference, random);
    const texts: [ReplyKind, string | null | undefined][] = [
      ['corpus', turn.reference],
      ...sampled
        .filter((each) => each.part === part && each.dialogue === turn.dialogue && each.turn === turn.turn)
        .map(({ model, text }): [ReplyKind, string] => [model, text]),
      ['mangled', wrong],
      ['other', other.reference],
      ['generic', at(GENERIC, Math.floor(random() * GENERIC.length))],
      ['repeated', last?.text],
    ];
    return texts.flatMap(([kind, text]) => (text ? [{ turn, kind, text }] : []));
  });
}

/** The features of each reply. Texts that are replies to several turns are encoded once. */
export async function featuresOf(
  encoder: Pick<Encoder, 'encode'>,
  replies: readonly RankedReply[],
): Promise<Float32Array[]> {
  const known = new LazyMap<string, EncodedText>();
  const encoded = (text: string): Promise<EncodedText> =>
    known.get(text, async () => at(await encoder.encode([text]), 0));
  const features: Float32Array[] = [];
  for (const { turn, text } of replies) {
    const context = rankerContext(turn.before);
    const [query, recent, reply] = [await encoded(context.query), await encoded(context.recent), await encoded(text)];
    features.push(replyFeatures(context, text, { query, recent, reply }));
    if (features.length % 500 === 0) process.stderr.write(`${features.length} of ${replies.length} replies\n`);
  }
  return features;
}
