import { parentPort } from 'node:worker_threads';
import { createMetricsHandlers, type MetricsApi } from '../workers/metrics/handlers.ts';
import { loadLocalWordNet } from '../src/node/wordnet-file.ts';
import type { Port } from '../src/rpc/protocol.ts';
import { serve } from '../src/rpc/server.ts';

const wordnet = loadLocalWordNet();

/** The browser's worker, except for the source of WordNet. */
serve<MetricsApi>(
  createMetricsHandlers(() => wordnet),
  parentPort as unknown as Port,
);
