import {
  browseDataset,
  datasetStatistics,
  datasetSummary,
  exportDataset,
  getDialogue,
  importFiles,
  importUrl,
  listDatasets,
  removeDataset,
} from '../../lab/index.ts';
import { saveFile } from '../components/save-file.ts';
import { OpenDataset } from '../state/dataset.svelte.ts';
import { Datasets } from '../state/datasets.svelte.ts';
import { toasts } from './shell.ts';

export const datasets = new Datasets({
  shelf: { listDatasets, importFiles, importUrl, removeDataset, exportDataset },
  toasts,
  saveFile,
});

/** The dataset that is open. */
export const dataset = new OpenDataset({ datasetSummary, datasetStatistics, browseDataset, getDialogue });
