import { viewContext } from '../../core/context/assemble.ts';
import type { ModelTokenizer } from '../../core/context/tokenizer.ts';
import type { CountTokens } from '../../core/compression/history/history.ts';
import { needsModel } from '../../core/compression/history/spec.ts';
import { conditionRequest } from '../../core/evaluation/respond.ts';
import { LabError } from '../../core/error.ts';
import { conditionsOf, type EvaluationPlan, type PlanCondition } from '../../core/evaluation/plan.ts';
import { ownHistory } from '../../core/evaluation/roll-out.ts';
import { supporterTurns } from '../../core/evaluation/turns.ts';
import { markAdded } from '../../core/explorer/mark-added.ts';
import type { ExploredRecord } from '../../core/explorer/explored-record.ts';
import type { Compressed } from '../../core/compression/representation.ts';
import type { Dialogue, Utterance } from '../../core/dataset/dialogue.ts';
import type { CompressedView } from '../compressed-context.ts';
import type { Compression } from '../compression.ts';
import { openHistory } from '../history.ts';

/** The context of a record as the model received it, or why it cannot be shown. */
export type TurnContext = RebuiltContext | MissingContext;

/** Why a context cannot be shown: as an id, and as a sentence. */
interface MissingContext {
  state: 'missing';
  reason: MissingReason;
  why: string;
}

export type MissingReason =
  | 'condition'
  | 'failed'
  | 'dataset'
  | 'other-dialogue'
  | 'model-wrote'
  | 'tokenizer'
  | 'left-out'
  | 'earlier-replies'
  | 'other-model';

/** A context that was assembled again from the plan. */
export interface RebuiltContext {
  state: 'rebuilt';
  view: CompressedView;
  /** The utterances before the turn. */
  utterances: readonly Utterance[];
  /** Whether it is as long as the record says; null if that cannot be told. */
  agrees: boolean | null;
  /** Its length in tokens. */
  tokens: number;
  /** What `agrees` means, as a sentence. */
  words: string;
}

/** What rebuilding needs from the lab. */
export interface ContextSources {
  /** The record's dialogue; undefined if no dataset of this browser has it. */
  dialogue: Dialogue | undefined;
  /** The tokenizer of the record's model; null if it is not here. */
  tokenizer: ModelTokenizer | null;
  compress: Compression['compress'];
  /** In a roll-out, the model's own earlier replies by the index of their turns. */
  earlier?: ReadonlyMap<number, string> | undefined;
}

const missing = (reason: MissingReason, why: string): MissingContext => ({ state: 'missing', reason, why });

/**
 * Assembles the context of a record again, as the run did: by `conditionRequest` and `viewContext`. Where utterances
 * were left out, the room is the length that the record states, because as many of them as fitted were sent.
 */
export async function rebuildContext(
  plan: EvaluationPlan,
  record: ExploredRecord,
  { dialogue, tokenizer, compress, earlier = new Map() }: ContextSources,
  signal?: AbortSignal,
): Promise<TurnContext> {
  const condition = conditionsOf(plan).find(({ id }) => id === record.representation);
  if (!condition) return missing('condition', 'The plan of this run does not name this condition.');
  if (record.failed) return missing('failed', 'The turn failed, so there is nothing that is known to have been sent.');
  if (!dialogue)
    return missing(
      'dataset',
      `Its dataset, “${plan.dataset.name}”, is not in this browser. Add it under Data, and open the turn again.`,
    );
  const turns = supporterTurns(dialogue);
  const original = turns.find((each) => each.turn === record.turn);
  if (!original || (record.reference !== '' && original.reference !== record.reference))
    return missing('other-dialogue', 'The dialogue of this name in this browser is not the one of the run.');
  const refused = whyNot(record, condition, tokenizer);
  if (refused) return refused;
  const rolledOut = plan.mode === 'roll-out';
  if (rolledOut && turns.some((each) => each.turn < record.turn && !earlier.has(each.turn)))
    return missing('earlier-replies', 'It contains the model’s own earlier replies, which this run does not have.');
  const before = rolledOut ? ownHistory(original.before, earlier) : original.before;
  const turn = { ...original, before };
  const compressed: Compressed[] = [];
  const countTokens: CountTokens = (texts) => (tokenizer ? tokenizer.countTokens(texts) : unavailable());
  const histories = (plan.histories ?? []).map((spec) =>
    openHistory(spec, { model: unavailable, countTokens, tagger: plan.tagger, compress }),
  );
  const request = await conditionRequest(
    { turn, condition },
    plan,
    {
      async compress(texts, representation) {
        compressed.push(...(await compress(texts, { representation, tagger: plan.tagger }, signal)));
        return compressed.map(({ text }) => text);
      },
      histories: new Map(histories.map((method) => [method.id, method])),
    },
    signal,
  );
  const budget = record.leftOut > 0 ? record.promptTokens : null;
  const view = await viewContext({ ...request, budget, reserve: 0 }, tokenizer, signal);
  if (view.fit instanceof LabError) return missing('other-model', DIFFERENT_MODEL);
  const explained =
    compressed.length > 0 ? compressed : before.map(({ text }, i) => shortened(text, view.utterances[i]?.text));
  return {
    state: 'rebuilt',
    view: { ...view, compressed: explained },
    utterances: before,
    ...compared(record, view.fit, view.exact),
  };
}

const DIFFERENT_MODEL =
  'The model of the run is not here: with the one of this name, the context would not have had this length.';

/** Why the context of a known turn cannot be assembled again; null if it can. */
function whyNot(
  record: ExploredRecord,
  condition: PlanCondition,
  tokenizer: ModelTokenizer | null,
): MissingContext | null {
  if ('history' in condition && needsModel(condition.history))
    return missing(
      'model-wrote',
      'The model itself wrote this history while the run was in progress, and it was not stored.',
    );
  if ('history' in condition && condition.history.method === 'budget' && !tokenizer)
    return missing('tokenizer', 'This history depends on the tokenizer of the model, which is not in this browser.');
  if (record.leftOut > 0 && !tokenizer)
    return missing(
      'left-out',
      `${record.leftOut} of the oldest utterances did not fit the window. Which ones can only be told with the ` +
        'tokenizer of the model, which is not in this browser.',
    );
  return null;
}

/** Compares what was assembled with what the record says of it. */
function compared(
  { promptTokens, leftOut }: ExploredRecord,
  fit: { tokens: number; leftOut: number },
  exact: boolean,
): Pick<RebuiltContext, 'agrees' | 'tokens' | 'words'> {
  const { tokens } = fit;
  if (!exact || promptTokens === null)
    return {
      agrees: null,
      tokens,
      words:
        'Assembled again from the plan. Nothing was left out for lack of room, so these are the texts that were ' +
        'sent; their number of tokens cannot be compared with the run, because ' +
        (promptTokens === null ? 'the run recorded none.' : 'the tokenizer of the model is not in this browser.'),
    };
  if (fit.tokens === promptTokens && fit.leftOut === leftOut)
    return {
      agrees: true,
      tokens,
      words: `Assembled again from the plan: ${promptTokens} tokens, as many as the run recorded.`,
    };
  return {
    agrees: false,
    tokens,
    words:
      `Assembled again from the plan, but with ${fit.tokens} tokens where the run recorded ${promptTokens}: its ` +
      'model, template or dataset is not the one of this browser, and what was sent may differ.',
  };
}

/** An utterance that a history shortened, with the words that it dropped. */
function shortened(written: string, sent: string | null | undefined): Compressed {
  let end = 0;
  const spans = markAdded(sent ?? '', written).map(({ text, added }) => {
    const start = end;
    end += text.length;
    return { start, end, keep: !added };
  });
  return { text: sent ?? '', spans };
}

const unavailable = (): Promise<never> =>
  Promise.reject(new LabError({ code: 'unsupported', what: 'Contexts are rebuilt without the model.' }));
