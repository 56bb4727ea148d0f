import { builtIn } from '../../core/dataset/built-in.ts';
import type { Dataset, DatasetSummary, DialogueQuery } from '../datasets.ts';
import type { ModelSummary } from '../models/list.ts';
import type { FunctionContext } from './define.ts';

type Asking = Pick<FunctionContext, 'data' | 'require'>;

/** A dataset as a notebook lists it. */
export type ListedDataset = Pick<
  DatasetSummary,
  'id' | 'name' | 'format' | 'dialogues' | 'utterances' | 'badCount' | 'builtIn'
>;

/** A model as a notebook lists it. An endpoint's address stays in the page. */
export type ListedModel = Pick<ModelSummary, 'id' | 'name' | 'summary' | 'format' | 'bytes' | 'embedded'> & {
  /** The model that an adapter changes. */
  base: string | null;
};

/** The datasets that come with the lab; with `own` also those that the person imported, if they allow it. */
export async function datasetsForNotebook(
  { own = false }: { own?: boolean | undefined },
  asking: Asking,
): Promise<ListedDataset[]> {
  if (own) await asking.require('datasets');
  return (await asking.data.listDatasets())
    .filter((each) => own || each.builtIn)
    .map(({ id, name, format, dialogues, utterances, badCount, builtIn }) => ({
      id,
      name,
      format,
      dialogues,
      utterances,
      badCount,
      builtIn,
    }));
}

/** A dataset with the dialogues that match a query. Asks for permission unless it comes with the lab. */
export async function datasetForNotebook(
  id: string,
  {
    offset = 0,
    limit = Infinity,
    ...query
  }: DialogueQuery & { offset?: number | undefined; limit?: number | undefined },
  asking: Asking,
): Promise<Dataset> {
  if (!builtIn(id)) await asking.require('datasets');
  const dataset = await asking.data.getDataset(id, query);
  return { ...dataset, dialogues: dataset.dialogues.slice(offset, offset + limit) };
}

/** The models and adapters that come with the lab; with `own` also those that the person added, if they allow it. */
export async function modelsForNotebook(
  { own = false }: { own?: boolean | undefined },
  asking: Asking,
): Promise<ListedModel[]> {
  if (own) await asking.require('models');
  return (await asking.data.listModels())
    .filter((each) => own || each.embedded)
    .map(({ id, name, summary, format, bytes, embedded, base }) => ({
      id,
      name,
      summary,
      format,
      bytes,
      embedded,
      base: base?.id ?? null,
    }));
}
