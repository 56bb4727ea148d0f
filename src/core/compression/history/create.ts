import { LabError } from '../../error.ts';
import { REPRESENTATIONS, type Compressed, type RepresentationId, type Upos } from '../representation.ts';
import { underBudget } from './budget.ts';
import type { Embedder } from '../../embedding/embedder.ts';
import type { CountTokens, HistoryMethod, HistoryModel, UtteranceCompressor } from './history.ts';
import { withRecall } from './recall.ts';
import { rollingSummary } from './rolling-summary.ts';
import { selectiveContext } from './selective-context.ts';
import type { HistorySpec } from './spec.ts';
import { everyUtterance, firstAndLast, lastUtterances } from './windows.ts';

/** The dependencies of methods; each uses what it needs, and only when it shortens something. */
export interface HistoryTools {
  model: HistoryModel;
  countTokens: CountTokens;
  /** Compresses texts, each by itself. */
  compress: (
    texts: readonly string[],
    options: { representation: RepresentationId; keep?: readonly Upos[] | undefined },
    signal?: AbortSignal,
  ) => Promise<Pick<Compressed, 'text' | 'spans'>[]>;
  embedder: Embedder;
}

type SpecOf = { [Method in HistorySpec['method']]: Extract<HistorySpec, { method: Method }> };

const MAKERS: { [Method in keyof SpecOf]: (spec: SpecOf[Method], tools: HistoryTools) => HistoryMethod } = {
  every: ({ representation, keep }, tools) => everyUtterance(formFrom(tools, representation, keep)),
  last: ({ k }) => lastUtterances(k),
  'first-last': ({ first, last }) => firstAndLast(first, last),
  summary: ({ tokens, ...options }, { model, countTokens }) =>
    rollingSummary(model, { ...options, budget: tokens === undefined ? undefined : { tokens, countTokens } }),
  selective: ({ drop, tokens }, { model, countTokens }) =>
    selectiveContext(model, drop, tokens === undefined ? undefined : { tokens, countTokens }),
  budget: ({ representations, ...options }, tools) =>
    underBudget({
      ...options,
      countTokens: tools.countTokens,
      forms: representations.map((each) => formFrom(tools, each)),
    }),
  recall: ({ representation, ...options }, tools) =>
    withRecall({ ...options, ...tools, form: formFrom(tools, representation) }),
};

/** The method that a spec describes. Two specs that ask for different things have different ids. */
export function createHistory<Method extends keyof SpecOf>(spec: SpecOf[Method], tools: HistoryTools): HistoryMethod {
  return MAKERS[spec.method](spec, tools);
}

/** A method's name and summary, known before a model or a tagger is loaded. */
export function describeHistory(spec: HistorySpec): Pick<HistoryMethod, 'id' | 'name' | 'summary'> {
  const { id, name, summary } = createHistory(spec, NO_TOOLS);
  return { id, name, summary };
}

function formFrom(
  { compress }: HistoryTools,
  representation: RepresentationId,
  keep?: readonly Upos[],
): UtteranceCompressor {
  const name = REPRESENTATIONS[representation].name;
  return {
    id: [representation, ...[...(keep ?? [])].sort()].join('-').toLowerCase(),
    name: keep ? `${name} (${keep.join(', ')})` : name,
    shorten: (texts, signal) => compress(texts, { representation, keep }, signal),
  };
}

const absent = (): never => {
  throw new LabError({
    code: 'unsupported',
    what: 'This method has only a name and a summary; it cannot shorten.',
    todo: 'Create it with its tools.',
  });
};
const NO_TOOLS: HistoryTools = {
  model: { score: absent, generate: absent },
  countTokens: absent,
  compress: absent,
  embedder: { embed: absent },
};
