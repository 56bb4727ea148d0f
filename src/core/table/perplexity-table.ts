import { z } from 'zod';
import { REPRESENTATION_IDS } from '../compression/representation.ts';
import { groupBy } from '../group.ts';
import { perplexity } from '../metrics/perplexity.ts';
import { bootstrapInterval, pairedIntervals, pairedTest, type Interval } from '../statistics/resampling.ts';
import { intervalText } from './summary.ts';

/** The loss of one dialogue's supporter tokens under a model and a representation. */
export const dialogueLossSchema = z.object({
  model: z.string(),
  dataset: z.string(),
  representation: z.enum(REPRESENTATION_IDS),
  /** The dialogue's source record. */
  dialogue: z.string(),
  /** Negative log-likelihood in nats over the tokens. */
  sum: z.number(),
  tokens: z.int().positive(),
});
export type DialogueLoss = z.infer<typeof dialogueLossSchema>;

/** A perplexity with its 95 % interval over dialogues. */
export interface PerplexityCell {
  model: string;
  dataset: string;
  representation: DialogueLoss['representation'];
  perplexity: Interval;
  dialogues: number;
  tokens: number;
  /** The p-value of a paired permutation test against the first model; undefined for that model itself. */
  p: number | undefined;
}

/**
 * One cell per model, dataset and representation, in the order in which they first occur. All models of a cell's
 * dataset and representation must have the same dialogues in the same order.
 *
 * Reference: the intervals and tests are those of `bootstrapInterval` and `pairedTest`, with 10,000 resamples of whole
 * dialogues.
 * @throws {LabError} `bad-data` when a model lacks dialogues that the first one has.
 */
export function perplexityCells(rows: readonly DialogueLoss[]): PerplexityCell[] {
  const groups = groupBy(rows, ({ dataset, representation, model }) =>
    JSON.stringify([dataset, representation, model]),
  );
  const options = { resamples: 10_000 };
  return [...groups.values()].flatMap((losses) => {
    const [first] = losses;
    if (!first) return [];
    const { model, dataset, representation } = first;
    const baseline = rows.filter((row) => row.dataset === dataset && row.representation === representation);
    const reference = baseline.filter((row) => row.model === baseline[0]?.model);
    return {
      model,
      dataset,
      representation,
      perplexity: bootstrapInterval(perplexity, losses, options),
      dialogues: losses.length,
      tokens: losses.reduce((total, { tokens }) => total + tokens, 0),
      p: reference[0]?.model === model ? undefined : pairedTest(perplexity, losses, reference, options).p,
    };
  });
}

/** How much higher a model's perplexity is than another's, as a share of it, with its paired interval. */
export interface PerplexityChange extends Pick<PerplexityCell, 'model' | 'dataset' | 'representation' | 'dialogues'> {
  than: string;
  change: Interval;
}

/**
 * Compares models with others on the same dialogues.
 *
 * Reference: `pairedIntervals`, with 10,000 resamples of whole dialogues.
 * @param than the model that each is compared with, by name
 * @throws {LabError} `bad-data` when one has dialogues that the other lacks.
 */
export function perplexityChanges(
  rows: readonly DialogueLoss[],
  than: ReadonlyMap<string, string>,
): PerplexityChange[] {
  const places = groupBy(rows, ({ dataset, representation }) => JSON.stringify([dataset, representation]));
  return [...places.values()].flatMap((place) =>
    [...than].flatMap(([model, other]) => {
      const [own, others] = [model, other].map((name) => place.filter((row) => row.model === name));
      const [first] = own ?? [];
      if (!own || !others || !first) return [];
      const { dataset, representation } = first;
      const { value, low, high } = pairedIntervals(perplexity, own, others, { resamples: 10_000 }).ratio;
      const change = { value: value - 1, low: low - 1, high: high - 1 };
      return { model, than: other, dataset, representation, dialogues: own.length, change };
    }),
  );
}

/** The changes as a Markdown table, in percent. */
export function changesMarkdown(changes: readonly PerplexityChange[]): string {
  const percent = ({ value, low, high }: Interval): string =>
    `${intervalText({ value: 100 * value, low: 100 * low, high: 100 * high }, 2)} %`;
  const rows = [
    ['model', 'compared with', 'where', 'dialogues', 'perplexity'],
    ['---', '---', '---', '---', '---'],
    ...changes.map(({ model, than, dataset, representation, dialogues, change }) => [
      model,
      than,
      `${dataset}, ${representation}`,
      `${dialogues}`,
      percent(change),
    ]),
  ];
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The cells as one Markdown table per dataset: a row per model, a column per representation. */
export function perplexityMarkdown(cells: readonly PerplexityCell[]): string {
  const datasets = [...new Set(cells.map(({ dataset }) => dataset))];
  return datasets.map((dataset) => datasetTable(cells.filter((cell) => cell.dataset === dataset))).join('\n\n');
}

function datasetTable(cells: readonly PerplexityCell[]): string {
  const columns = [...new Set(cells.map(({ representation }) => representation))];
  const [first] = cells;
  const row = (name: string, texts: readonly string[]): string => `| ${[name, ...texts].join(' | ')} |`;
  const lines = [...new Set(cells.map(({ model }) => model))].map((model) =>
    row(
      model,
      columns.map((column) => {
        const cell = cells.find((each) => each.model === model && each.representation === column);
        return cell ? intervalText(cell.perplexity, 2) : '';
      }),
    ),
  );
  const title = first ? `${first.dataset}: ${first.dialogues} dialogues, ${first.tokens} tokens` : '';
  return [
    row(title, columns),
    row(
      '---',
      columns.map(() => '---'),
    ),
    ...lines,
  ].join('\n');
}
