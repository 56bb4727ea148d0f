import type { Malformed } from '../core/dataset/collect.ts';
import type { Dialogue } from '../core/dataset/dialogue.ts';
import type { FormatId } from '../core/dataset/formats/index.ts';
import type { DialogueQuery } from '../core/dataset/query.ts';
import type { DialogueLabels } from '../core/explorer/labels.ts';
import type { DatasetStatistics } from '../core/dataset/statistics.ts';
import { LabError } from '../core/error.ts';
import { RpcWorker } from '../rpc/worker.ts';
import { TEST_PART_ID } from '../core/dataset/built-in.ts';
import type { DatasetSummary, DialoguePage, DialogueRow } from '../../workers/dataset/library.ts';
import type { DatasetApi, ImportProgress } from '../../workers/dataset/handlers.ts';

export { TEST_PART_ID };
export type {
  DatasetStatistics,
  DatasetSummary,
  Dialogue,
  DialoguePage,
  DialogueQuery,
  DialogueRow,
  ImportProgress,
  Malformed,
};

/** A dataset with all its dialogues. */
export interface Dataset {
  id: string;
  name: string;
  format: FormatId;
  dialogues: Dialogue[];
  /** The first thousand records that were left out, and how many there were. */
  bad: Malformed[];
  badCount: number;
}

export interface ImportCalls {
  signal?: AbortSignal;
  onProgress?: (progress: ImportProgress) => void;
}

let worker: RpcWorker<DatasetApi> | undefined;

/** The page's dataset worker. */
function datasets(): RpcWorker<DatasetApi> {
  if (typeof Worker === 'undefined') {
    throw new LabError({
      code: 'unsupported',
      what: 'Datasets are kept by a worker of the page.',
      todo: 'In Node, use readLocalDataset and readBuiltInDataset.',
    });
  }
  worker ??= new RpcWorker<DatasetApi>(
    'dataset',
    () =>
      new Worker(new URL('../../workers/dataset/dataset.worker.ts', import.meta.url), {
        type: 'module',
        name: 'datasets',
      }),
  );
  return worker;
}

const here = (): { builtInFolder: string } => ({
  builtInFolder: new URL(`${import.meta.env.BASE_URL}dialogues/`, document.baseURI).href,
});

/** All datasets of this browser: the built-in ones first, then the latest. */
export const listDatasets = (): Promise<DatasetSummary[]> => datasets().call('list', here());

/**
 * Imports files as one dataset and detects their format. Malformed records are listed in the summary's `bad`.
 * @throws {LabError} `bad-file`, `bad-data`, `cancelled`. If there is no room to store it, it is held until the page
 * closes.
 */
export function importFiles(files: readonly File[], { signal, onProgress }: ImportCalls = {}): Promise<DatasetSummary> {
  const [first] = files;
  const name = files.length === 1 && first ? first.name : `${first?.name ?? 'Dataset'} and ${files.length - 1} more`;
  return datasets().call('addFiles', { files: [...files], name, ...here() }, { signal, onEvent: onProgress });
}

/**
 * Imports the file at an address, whose server must let other pages read it.
 * @throws {LabError} as `importFiles` does, and `network` if the server does not allow that.
 */
export const importUrl = (url: string, { signal, onProgress }: ImportCalls = {}): Promise<DatasetSummary> =>
  datasets().call('addUrl', { url, ...here() }, { signal, onEvent: onProgress });

export const removeDataset = (id: string): Promise<void> => datasets().call('remove', { id, ...here() });

/** @throws {LabError} `not-found` when no dataset has this id, like the other calls. */
export const datasetSummary = (id: string): Promise<DatasetSummary> => datasets().call('summary', { id, ...here() });

/** Dialogues that match a query, one page of rows at a time. */
export const browseDataset = (
  id: string,
  query: DialogueQuery = {},
  { offset = 0, limit = 50 } = {},
): Promise<DialoguePage> => datasets().call('browse', { id, query: plain(query), offset, limit, ...here() });

/** What a dataset says of the dialogues that a run names, without the conversations. */
export const datasetLabels = (id: string, names: readonly string[]): Promise<DialogueLabels[]> =>
  datasets().call('labels', { id, names: [...names], ...here() });

/** One dialogue by its id, or by the name that a run has for it; undefined if there is none. */
export const getDialogue = (id: string, dialogue: string): Promise<Dialogue | undefined> =>
  datasets().call('dialogue', { id, dialogue, ...here() });

/** Statistics of the dialogues that match a query: the paper's Table 1, and distributions. */
export const datasetStatistics = (id: string, query: DialogueQuery = {}): Promise<DatasetStatistics> =>
  datasets().call('statistics', { id, query: plain(query), ...here() });

/** The dialogues that match a query as JSON lines, which every loader of the lab reads back unchanged. */
export const exportDataset = (id: string, query: DialogueQuery = {}): Promise<Blob> =>
  datasets().call('exportLines', { id, query: plain(query), ...here() });

/** A dataset with its dialogues, or with those that match a query. */
export async function getDataset(id: string, query: DialogueQuery = {}): Promise<Dataset> {
  const dialogues: Dialogue[] = [];
  const { name, format, bad, badCount } = await datasetSummary(id);
  await datasets().call(
    'dialogues',
    { id, query: plain(query), ...here() },
    { onEvent: (block) => dialogues.push(...block) },
  );
  return { id, name, format, dialogues, bad, badCount };
}

/** Only the known fields, as plain data: reactive proxies of the interface can't be sent to a worker. */
function plain({ words, scene, emotion, strategy }: DialogueQuery): DialogueQuery {
  return { words, scene, emotion, strategy };
}
