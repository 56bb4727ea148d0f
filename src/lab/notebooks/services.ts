import { Lazy } from '../../core/async/memoised.ts';
import { rememberingTokenizer } from '../../core/context/tokenizer.ts';
import type { Dialogue } from '../../core/dataset/dialogue.ts';
import type { ReadDataset } from '../../core/dataset/read.ts';
import type { DatasetStatistics } from '../../core/dataset/statistics.ts';
import { LabError } from '../../core/error.ts';
import type { PublishedRecord, PublishedRecords } from '../../core/evaluation/published.ts';
import type { RecordQuery } from '../../core/evaluation/query.ts';
import type { Interval } from '../../core/statistics/resampling.ts';
import type { TokenizerId } from '../../core/compression/token-length.ts';
import { RpcWorker } from '../../rpc/worker.ts';
import { openCompression, type Compression } from '../compression.ts';
import { openMetrics, type Metrics } from '../metrics.ts';
import type { ModelTokenizer } from '../../core/engine/engine.ts';
import type { OwnTokenizer } from '../models/tokenizers.ts';
import type { NotebookWorkApi } from '../../../workers/notebook/handlers.ts';

/**
 * The workers of one notebook, which nothing else uses and which end with it. So a notebook cannot block the page or,
 * once it is closed, anything else.
 */
export interface NotebookServices {
  compress: Compression['compress'];
  measure: Metrics['measure'];
  /** Counts with one of the paper's tokenizers. */
  countTokens(texts: string[], tokenizer: TokenizerId, signal?: AbortSignal): Promise<number[]>;
  readDataset(files: File[], signal?: AbortSignal): Promise<ReadDataset>;
  statistics(dialogues: Dialogue[], signal?: AbortSignal): Promise<DatasetStatistics>;
  /** Reads the records of a published run (`where` names it) and gives those that match a query. */
  findPublished(
    texts: PublishedRecords,
    where: string,
    query: RecordQuery,
    signal?: AbortSignal,
  ): Promise<PublishedRecord[]>;
  /** The mean of all numbers with its 95 % bootstrap interval over groups. */
  interval(groups: number[][], signal?: AbortSignal): Promise<Interval>;
  /** The chosen model's tokenizer, cached until another model is chosen. */
  tokenizer(): Promise<ModelTokenizer>;
  /** Ends all workers; pending calls reject with `cancelled`. */
  close(): void;
}

/** `openTokenizer` opens the tokenizer of the model with this id; `chosen` returns the id of the chosen model. */
export function openServices(
  chosen: () => string,
  openTokenizer: (id: string) => Promise<OwnTokenizer>,
): NotebookServices {
  const worker = new RpcWorker<NotebookWorkApi>(
    'notebook',
    () =>
      new Worker(new URL('../../../workers/notebook/notebook.worker.ts', import.meta.url), {
        type: 'module',
        name: 'notebook',
      }),
  );
  const compression = openCompression();
  let metrics: Metrics | undefined;
  let tokenizer: { id: string; opening: Lazy<OwnTokenizer> } | undefined;
  let closed = false;

  const endTokenizer = () =>
    void tokenizer?.opening.forget()?.then(
      (opened) => opened.close(),
      () => undefined,
    );

  return {
    compress: compression.compress,
    measure: (pairs, options) => (metrics ??= openMetrics()).measure(pairs, options),
    countTokens: (texts, which, signal) => worker.call('countTokens', { texts, tokenizer: which }, { signal }),
    readDataset: (files, signal) => worker.call('readDataset', files, { signal }),
    statistics: (dialogues, signal) => worker.call('statistics', dialogues, { signal }),
    findPublished: (texts, where, query, signal) => worker.call('findPublished', { texts, where, query }, { signal }),
    interval: (groups, signal) => worker.call('interval', groups, { signal }),
    tokenizer() {
      if (closed) return Promise.reject(LabError.cancelled());
      const id = chosen();
      if (tokenizer?.id !== id) {
        endTokenizer();
        const open = async () => {
          const own = await openTokenizer(id);
          return { ...rememberingTokenizer(own), close: () => own.close() };
        };
        tokenizer = { id, opening: new Lazy(open) };
      }
      return tokenizer.opening.get();
    },
    close() {
      closed = true;
      worker.terminate();
      compression.terminate();
      metrics?.terminate();
      endTokenizer();
    },
  };
}
