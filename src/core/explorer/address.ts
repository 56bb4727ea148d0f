import { JUDGED_STATES, type JudgedState, type MeasureRange, type TurnQuery } from './query.ts';

/** A turn of a run, as its records name it. */
export interface TurnPlace {
  dialogue: string;
  /** Index of the turn's first utterance in its dialogue. */
  turn: number;
}

/** One model under one condition. */
export interface ReplyCell {
  model: string;
  condition: string;
}

/** What is shown of the turns that match: a table, or one of the figures. */
export const EXPLORER_VIEWS = ['table', 'distribution', 'scatter', 'slices'] as const;
export type ExplorerView = (typeof EXPLORER_VIEWS)[number];

/** How turns are grouped in slices. */
export const SLICE_KINDS = ['scene', 'strategy'] as const;
export type SliceKind = (typeof SLICE_KINDS)[number];

/** What the replies of an open turn are compared with: the first condition's reply, the original reply, nothing. */
export const BASELINES = ['first', 'reference', 'none'] as const;
export type Baseline = (typeof BASELINES)[number];

/** The whole state of the run explorer. It is written as the query of `#/runs/<run>?…`. */
export interface ExplorerAddress {
  query: TurnQuery;
  /** Measures in the table's columns; empty for the usual ones. */
  columns: readonly string[];
  view: ExplorerView;
  /** The measures of a figure; null for the usual ones. */
  x: string | null;
  y: string | null;
  by: SliceKind;
  /** The run to compare with, turn by turn. */
  other: string | null;
  /** The open turn. */
  open: TurnPlace | null;
  /** The reply whose context is shown; null for the first. */
  context: ReplyCell | null;
  baseline: Baseline;
}

/** Conditions' ids contain none, so it may come before any model's id. */
const BETWEEN = '~';

/**
 * Reads the query of an address. Whatever cannot be read is left out: a link that was cut off still opens its run.
 *
 * ```ts
 * readAddress('condition=keypos&sort=-rougeL&dialogue=dialogue+3&turn=5').open; // { dialogue: 'dialogue 3', turn: 5 }
 * ```
 */
export function readAddress(text: string): ExplorerAddress {
  const params = new URLSearchParams(text);
  const oneOf = <Value extends string, Default>(name: string, values: readonly Value[], otherwise: Default) =>
    values.find((value) => value === params.get(name)) ?? otherwise;
  const dialogue = params.get('dialogue');
  const turn = wholeNumber(params.get('turn'));
  return {
    query: {
      words: params.get('words') ?? '',
      models: params.getAll('model'),
      conditions: params.getAll('condition'),
      scene: params.get('scene'),
      strategy: params.get('strategy'),
      ranges: params.getAll('range').flatMap(readRange),
      differ: params.get('differ') === '1',
      failed: params.get('failed') === '1',
      judge: params.get('judge'),
      judged: oneOf<JudgedState, null>('judged', JUDGED_STATES, null),
      sort: readSort(params.get('sort')),
    },
    columns: params.getAll('column'),
    view: oneOf<ExplorerView, ExplorerView>('view', EXPLORER_VIEWS, 'table'),
    x: params.get('x'),
    y: params.get('y'),
    by: oneOf<SliceKind, SliceKind>('by', SLICE_KINDS, 'scene'),
    other: params.get('with'),
    open: dialogue !== null && turn !== null ? { dialogue, turn } : null,
    context: readCell(params.get('context')),
    baseline: oneOf<Baseline, Baseline>('diff', BASELINES, 'first'),
  };
}

/** Writes the query of an address; what is as usual is left out, and empty text means no query. */
export function writeAddress({ query, columns, ...shown }: ExplorerAddress): string {
  const { view, x, y, by, other, open, context, baseline } = shown;
  const params = new URLSearchParams();
  const add = (name: string, ...values: readonly (string | null | false)[]) => {
    for (const value of values) if (value !== null && value !== false) params.append(name, value);
  };
  add('words', query.words !== '' && query.words);
  add('model', ...query.models);
  add('condition', ...query.conditions);
  add('scene', query.scene);
  add('strategy', query.strategy);
  add('range', ...query.ranges.map(writeRange));
  add('differ', query.differ && '1');
  add('failed', query.failed && '1');
  add('judge', query.judge);
  add('judged', query.judged);
  add('sort', query.sort && `${query.sort.descending ? '-' : ''}${query.sort.by}`);
  add('column', ...columns);
  add('view', view !== 'table' && view);
  add('x', x);
  add('y', y);
  add('by', by !== 'scene' && by);
  add('with', other);
  add('dialogue', open && open.dialogue);
  add('turn', open && String(open.turn));
  add('context', context && `${context.condition}${BETWEEN}${context.model}`);
  add('diff', baseline !== 'first' && baseline);
  return params.toString();
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** `measure~low~high`, where either end may be empty. */
function readRange(text: string): MeasureRange[] {
  const [measure = '', ...ends] = text.split(BETWEEN);
  const [low = null, high = null] = ends.map((end) => {
    const number = end.trim() === '' ? Number.NaN : Number(end);
    return Number.isFinite(number) ? number : null;
  });
  return measure === '' || (low === null && high === null) ? [] : [{ measure, low, high }];
}

const writeRange = ({ measure, low, high }: MeasureRange): string => [measure, low ?? '', high ?? ''].join(BETWEEN);

function readSort(text: string | null): TurnQuery['sort'] {
  if (text === null) return null;
  const descending = text.startsWith('-');
  const by = descending ? text.slice(1) : text;
  return by === '' ? null : { by, descending };
}

function readCell(text: string | null): ReplyCell | null {
  const at = text?.indexOf(BETWEEN) ?? -1;
  return text === null || at < 1 ? null : { condition: text.slice(0, at), model: text.slice(at + 1) };
}
