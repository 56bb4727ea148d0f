import { RpcWorker } from '../../rpc/worker.ts';
import type { TableApi } from '../../../workers/table/api.ts';

const open = (name: string): RpcWorker<TableApi> =>
  new RpcWorker<TableApi>(
    name,
    () => new Worker(new URL('../../../workers/table/table.worker.ts', import.meta.url), { type: 'module', name }),
  );

/** Computes tables, which takes half a minute for ten thousand records. */
export const table = open('table');

/** Imports, reads, explores and exports runs: a worker of its own, so that none of that waits for a table. */
export const runReader = open('runs');
