import { z } from 'zod';
import { REPRESENTATION_IDS } from '../compression/representation.ts';
import { groupBy } from '../group.ts';
import { perplexity } from '../metrics/perplexity.ts';
import { bootstrapInterval, pairedTest, type Interval } from '../statistics/resampling.ts';
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
