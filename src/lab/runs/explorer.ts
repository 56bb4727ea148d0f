import type { DialogueLabels } from '../../core/explorer/labels.ts';
import { parseStoredPlan, type EvaluationPlan } from '../../core/evaluation/plan.ts';
import { builtIn } from '../../core/dataset/built-in.ts';
import type { SliceKind, TurnPlace } from '../../core/explorer/address.ts';
import type { ExploredRecord } from '../../core/explorer/explored-record.ts';
import type { RunFacets, RunHead, SampleTurn, Selection, TurnPage } from '../../core/explorer/explorer.ts';
import type { RunSummary } from '../../core/table/summary.ts';
import { compress } from '../compression.ts';
import { datasetLabels, getDialogue, listDatasets } from '../datasets.ts';
import { committedRunIds, committedSummary, committedTexts } from './committed-runs.ts';
import { planTokenizer } from './plan-tokenizer.ts';
import { found } from './stored-runs.ts';
import { runReader } from './table-worker.ts';
import { rebuildContext, type TurnContext } from './turn-context.ts';

export type { MissingReason, RebuiltContext, TurnContext } from './turn-context.ts';

/** A run that is open in the explorer. */
export interface ExploredRun extends RunHead, RunFacets {
  id: string;
  /** The dataset of this browser that has its dialogues; null if there is none. */
  dataset: string | null;
}

/**
 * Opens a run of this browser or a committed one, and looks for its dataset.
 * @throws {LabError} `not-found`, `missing-file` when the records of a committed run were not published, `bad-file`,
 * `network`.
 */
export async function exploreRun(id: string): Promise<ExploredRun> {
  const head = (await committedRunIds().catch((): string[] => [])).includes(id)
    ? await openCommitted(id)
    : await openStored(id);
  const { dataset, labels } = await findDataset(head);
  return { ...head, ...(await runReader.call('label', { id, labels })), id, dataset };
}

async function openStored(id: string): Promise<RunHead> {
  return runReader.call('openStored', { id, plan: (await found(id)).plan });
}

async function openCommitted(id: string): Promise<RunHead> {
  const [summary, texts] = await Promise.all([committedSummary(id), committedTexts(id)]);
  return runReader.call('openPublished', { id, plan: parseStoredPlan(summary.plan, id), texts });
}

interface FoundDataset {
  dataset: string | null;
  labels: DialogueLabels[];
}

/** The dataset whose dialogues are those of a run: the one that its plan names, or another with the same dialogues. */
async function findDataset({ plan, dialogues, samples }: RunHead): Promise<FoundDataset> {
  for (const id of await candidates(plan)) {
    const labels = await datasetLabels(id, dialogues).catch(() => []);
    if (samples.length > 0 && samples.every((sample) => hasTurn(labels, sample))) return { dataset: id, labels };
  }
  return { dataset: null, labels: [] };
}

async function candidates({ dataset: { source, name } }: EvaluationPlan): Promise<string[]> {
  const own = builtIn(source);
  if (own) return [own.id];
  const known = await listDatasets().catch(() => []);
  const rank = (each: { id: string; name: string }) =>
    each.id === source ? 0 : each.name === name || each.name === source.split('/').at(-1) ? 1 : 2;
  return [...known].sort((a, b) => rank(a) - rank(b)).map(({ id }) => id);
}

function hasTurn(labels: readonly DialogueLabels[], { dialogue, turn, reference }: SampleTurn): boolean {
  const found = labels.find((each) => each.dialogue === dialogue)?.turns.find((each) => each.turn === turn);
  return found !== undefined && (reference === '' || found.reference === reference);
}

/** One page of the replies that match. */
export const exploredPage = (
  selection: Selection,
  columns: readonly string[],
  { offset, limit }: { offset: number; limit: number },
): Promise<TurnPage> => runReader.call('page', { selection, columns: [...columns], offset, limit });

/** An open turn; null if the run has no such turn. */
export const exploredTurn = (selection: Selection, place: TurnPlace) => runReader.call('turn', { selection, place });

export const exploredDistribution = (selection: Selection, measure: string) =>
  runReader.call('distribution', { selection, measure });

export const exploredScatter = (selection: Selection, x: string, y: string) =>
  runReader.call('scatter', { selection, x, y });

export const exploredSlices = (selection: Selection, measure: string, by: SliceKind) =>
  runReader.call('slices', { selection, measure, by });

/** The replies that match as a file. */
export const exportExplored = (selection: Selection, form: 'csv' | 'json'): Promise<Blob> =>
  runReader.call('exportRows', { selection, form });

/**
 * The context of a record as its model received it, assembled again from the plan.
 * @throws {LabError} `cancelled` on `signal`; what the compression and the tokenizer throw.
 */
export async function contextOfReply(
  { id, plan, dataset }: Pick<ExploredRun, 'id' | 'plan' | 'dataset'>,
  record: ExploredRecord,
  signal?: AbortSignal,
): Promise<TurnContext> {
  const model = plan.models.find((each) => each.id === record.model);
  const { representation, turn } = record;
  const [dialogue, tokenizer, earlier] = await Promise.all([
    dataset === null ? undefined : getDialogue(dataset, record.dialogue),
    model ? planTokenizer(model) : null,
    plan.mode === 'roll-out'
      ? runReader.call('earlierReplies', {
          id,
          record: { model: record.model, representation, dialogue: record.dialogue, turn },
        })
      : undefined,
  ]);
  return rebuildContext(plan, record, { dialogue, tokenizer, compress, earlier }, signal);
}

/** A run that comes with the lab. */
export interface CommittedRun {
  id: string;
  plan: EvaluationPlan;
  summary: RunSummary;
}

/**
 * The runs that come with the lab.
 * @throws {LabError} `network`.
 */
export async function listCommittedRuns(): Promise<CommittedRun[]> {
  return Promise.all(
    (await committedRunIds()).map(async (id) => {
      const summary = await committedSummary(id);
      return { id, plan: parseStoredPlan(summary.plan, id), summary };
    }),
  );
}
