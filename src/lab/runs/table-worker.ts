import { RpcWorker } from '../../rpc/worker.ts';
import type { TableApi } from '../../../workers/table/api.ts';

const open = (name: string): RpcWorker<TableApi> =>
  new RpcWorker<TableApi>(
    name,
    () => new Worker(new URL('../../../workers/table/table.worker.ts', import.meta.url), { type: 'module', name }),
  );

/** Reads runs and computes their tables. */
export const table = open('table');

/** Answers the explorer in a worker of its own, which does not wait for the resamples of a table. */
export const explorerWorker = open('explorer');
