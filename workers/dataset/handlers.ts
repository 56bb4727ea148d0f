import type { Dialogue } from '../../src/core/dataset/dialogue.ts';
import { toJsonLines } from '../../src/core/dataset/formats/lab.ts';
import type { DialogueLabels } from '../../src/core/explorer/labels.ts';
import type { DialogueQuery } from '../../src/core/dataset/query.ts';
import type { DatasetStatistics } from '../../src/core/dataset/statistics.ts';
import type { TextFile } from '../../src/core/dataset/text-stream.ts';
import { fetchChecked } from '../../src/browser/fetch-checked.ts';
import type { Method } from '../../src/rpc/protocol.ts';
import type { Handlers } from '../../src/rpc/server.ts';
import { DatasetStore } from '../../src/browser/storage/dataset-store.ts';
import { DatasetLibrary, type DatasetSummary, type DialoguePage } from './library.ts';

/** The progress of an import. */
export interface ImportProgress {
  bytes: number;
  /** 0 while unknown. */
  totalBytes: number;
}

/** Which dataset, and the folder of the built-in ones. */
interface Which {
  id: string;
  builtInFolder: string;
}

/**
 * The methods of the dataset worker. Whole datasets are sent as events, one block each, so that the page never stalls.
 */
export type DatasetApi = {
  list: Method<Omit<Which, 'id'>, DatasetSummary[]>;
  addFiles: Method<{ files: File[]; name: string; builtInFolder: string }, DatasetSummary, ImportProgress>;
  addUrl: Method<{ url: string; builtInFolder: string }, DatasetSummary, ImportProgress>;
  remove: Method<Which, void>;
  summary: Method<Which, DatasetSummary>;
  dialogues: Method<Which & { query: DialogueQuery }, void, Dialogue[]>;
  browse: Method<Which & { query: DialogueQuery; offset: number; limit: number }, DialoguePage>;
  dialogue: Method<Which & { dialogue: string }, Dialogue | undefined>;
  /** What the dataset says of the dialogues that a run names; those that it does not have are left out. */
  labels: Method<Which & { names: string[] }, DialogueLabels[]>;
  statistics: Method<Which & { query: DialogueQuery }, DatasetStatistics>;
  exportLines: Method<Which & { query: DialogueQuery }, Blob>;
};

const BLOCK = 100;

/** The handlers of the worker. */
export function datasetHandlers(): Handlers<DatasetApi> {
  let library: DatasetLibrary | undefined;
  const open = (builtInFolder: string): DatasetLibrary =>
    (library ??= new DatasetLibrary({
      ...(typeof indexedDB === 'undefined' ? {} : { store: new DatasetStore() }),
      readBuiltIn: (file) => fetchFile(`${builtInFolder}${file}`),
    }));
  return {
    list: ({ builtInFolder }) => open(builtInFolder).list(),
    addFiles: ({ files, name, builtInFolder }, { signal, emit }) => {
      const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
      return open(builtInFolder).add(files, { name, signal, onProgress: (bytes) => emit({ bytes, totalBytes }) });
    },
    addUrl: async ({ url, builtInFolder }, { signal, emit }) => {
      const file = await fetchFile(url, signal);
      return open(builtInFolder).add([file], {
        name: file.name,
        signal,
        onProgress: (bytes) => emit({ bytes, totalBytes: file.size }),
      });
    },
    remove: ({ id, builtInFolder }) => open(builtInFolder).remove(id),
    summary: ({ id, builtInFolder }) => open(builtInFolder).summary(id),
    dialogues: async ({ id, query, builtInFolder }, { emit }) => {
      const found = await open(builtInFolder).find(id, query);
      for (let at = 0; at < found.length; at += BLOCK) emit(found.slice(at, at + BLOCK));
    },
    browse: ({ id, query, offset, limit, builtInFolder }) => open(builtInFolder).browse(id, query, offset, limit),
    dialogue: ({ id, dialogue, builtInFolder }) => open(builtInFolder).dialogue(id, dialogue),
    labels: ({ id, names, builtInFolder }) => open(builtInFolder).labels(id, names),
    statistics: ({ id, query, builtInFolder }) => open(builtInFolder).statistics(id, query),
    exportLines: async ({ id, query, builtInFolder }) => {
      const found = await open(builtInFolder).find(id, query);
      return new Blob(
        found.map((dialogue) => toJsonLines([dialogue])),
        { type: 'application/jsonl' },
      );
    },
  };
}

/** The file at a URL; its body is a stream. */
const fetchFile = (url: string, signal?: AbortSignal): Promise<TextFile> =>
  fetchChecked(
    url,
    {
      what: 'The dataset could not be fetched.',
      todo:
        'Check the address and the connection. The server must let other pages read the file (CORS); otherwise ' +
        'download it and drop it here.',
    },
    ({ url: from, headers, body }) => ({
      name: decodeURIComponent(new URL(from || url).pathname.split('/').at(-1) || 'dataset'),
      size: Number(headers.get('content-length') ?? 0),
      stream: () => body ?? new Blob([]).stream(),
    }),
    signal,
  );
