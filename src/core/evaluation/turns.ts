import type { Dialogue, Utterance } from '../dataset/dialogue.ts';
import { countWords } from '../dataset/statistics.ts';
import { sampleWithoutReplacement } from '../random/random.ts';
import { hash } from '../random/fnv1a.ts';
import { seededRandom } from '../random/xoshiro128.ts';
import type { EvaluationPlan } from './plan.ts';

/** A supporter's turn: the utterances before it and what the supporter said. */
export interface SupporterTurn {
  dialogue: string;
  /** Index of the turn's first utterance. */
  turn: number;
  /** The utterances before it. */
  before: readonly Utterance[];
  /** The supporter's utterances of the turn, joined with spaces. */
  reference: string;
  /** The strategy of its first utterance, if the dataset names it. */
  strategy?: string | undefined;
}

/** A turn of a run; some turns need only the likelihood. */
export interface SampledTurn extends SupporterTurn {
  reply: boolean;
  /** A 32-bit hash of this turn, which seeds its replies. */
  key: number;
}

/**
 * The supporter's turns that reply to something: neighbouring utterances are one turn, an opening without context is
 * not a turn.
 */
export function supporterTurns({ id, utterances }: Dialogue): SupporterTurn[] {
  const turns: SupporterTurn[] = [];
  let heard = false;
  utterances.forEach(({ speaker, text, strategy }, index) => {
    if (text.trim() === '') return;
    if (speaker === 'seeker') return void (heard = true);
    if (!heard) return;
    const last = turns.at(-1);
    const goesOn =
      last &&
      utterances.slice(last.turn, index).every((each) => each.speaker === 'supporter' || each.text.trim() === '');
    if (goesOn) last.reference = `${last.reference} ${text.trim()}`;
    else
      turns.push({
        dialogue: id,
        turn: index,
        before: utterances.slice(0, index),
        reference: text.trim(),
        ...(strategy && { strategy }),
      });
  });
  return turns;
}

/**
 * The turns of a plan, in the dataset's order; of a roll-out the first ones of each dialogue. Each dialogue has its own
 * random stream, so that leaving one out changes nothing in the others.
 */
export function sampleTurns(
  dialogues: readonly Dialogue[],
  { sample, sampling, mode }: Pick<EvaluationPlan, 'sample' | 'sampling' | 'mode'>,
): SampledTurn[] {
  const {
    seed,
    dialogues: wanted,
    turns: perDialogue,
    replies,
    minWordsBefore = 0,
    maxWordsBefore = Infinity,
  } = sample;
  const isWanted = ({ before }: SupporterTurn): boolean => {
    const words = before.reduce((sum, { text }) => sum + countWords(text), 0);
    return words >= minWordsBefore && words <= maxWordsBefore;
  };
  const usable = dialogues
    .map((dialogue) => ({ dialogue, turns: supporterTurns(dialogue).filter(isWanted) }))
    .filter(({ turns }) => turns.length > 0);
  return draw(usable, wanted, seed).flatMap(({ dialogue, turns }) => {
    const name = sampling === 1 ? dialogue.id : contentOf(dialogue);
    const stream = seed ^ hash(name);
    const chosen = mode === 'roll-out' ? turns.slice(0, perDialogue ?? turns.length) : draw(turns, perDialogue, stream);
    const answered = new Set(draw(chosen, replies, stream + 1));
    return chosen.map((turn) => ({ ...turn, reply: answered.has(turn), key: hash(`${name}\n${turn.turn}`) }));
  });
}

/** The content of a dialogue, without its id. */
const contentOf = ({ utterances }: Dialogue): string =>
  utterances.map(({ speaker, text }) => `${speaker}: ${text}`).join('\n');

/** `count` of the items (null for all) in their original order. */
const draw = <Item>(items: readonly Item[], count: number | null, seed: number): Item[] =>
  sampleWithoutReplacement(items, count ?? items.length, seededRandom(seed));
