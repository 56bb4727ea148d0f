import { getDataset, listDatasets } from '../datasets.ts';
import { listModels } from '../models/list.ts';
import { summariseRun } from '../runs/runs.ts';

/** What notebooks read of the page. Its workers answer, which all notebooks share and which outlive them. */
export interface PageData {
  getDataset: typeof getDataset;
  listDatasets: typeof listDatasets;
  listModels: typeof listModels;
  summariseRun: typeof summariseRun;
}

/** The data of this page. */
export const pageData: PageData = { getDataset, listDatasets, listModels, summariseRun };
