import { readDataset, type ReadDataset } from '../../src/core/dataset/read.ts';
import { statisticsOf, type DatasetStatistics } from '../../src/core/dataset/statistics.ts';
import type { Dialogue } from '../../src/core/dataset/dialogue.ts';
import { parsePublished, type PublishedRecord, type PublishedRecords } from '../../src/core/evaluation/published.ts';
import { findRecords, type RecordQuery } from '../../src/core/evaluation/query.ts';
import { mean } from '../../src/core/statistics/descriptive.ts';
import { bootstrapInterval, type Interval } from '../../src/core/statistics/resampling.ts';
import { loadTokenCounter, type TokenizerId } from '../../src/core/compression/token-length.ts';
import type { Method } from '../../src/rpc/protocol.ts';
import type { Handlers } from '../../src/rpc/server.ts';

/** The methods of a notebook's worker, which ends with the notebook. */
export type NotebookWorkApi = {
  countTokens: Method<{ texts: string[]; tokenizer: TokenizerId }, number[]>;
  readDataset: Method<File[], ReadDataset>;
  statistics: Method<Dialogue[], DatasetStatistics>;
  findPublished: Method<{ texts: PublishedRecords; where: string; query: RecordQuery }, PublishedRecord[]>;
  interval: Method<number[][], Interval>;
};

export const notebookHandlers: Handlers<NotebookWorkApi> = {
  countTokens: async ({ texts, tokenizer }) => {
    const count = await loadTokenCounter(tokenizer);
    return texts.map(count);
  },
  readDataset: (files, { signal }) => readDataset(files, { signal }),
  statistics: (dialogues) => statisticsOf(dialogues),
  findPublished: ({ texts, where, query }) => findRecords<PublishedRecord>(parsePublished(texts, where), query),
  interval: (groups) => bootstrapInterval((drawn) => mean(drawn.flat()), groups),
};
