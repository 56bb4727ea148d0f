import { RpcWorker } from '../../rpc/worker.ts';
import type { TableApi } from '../../../workers/table/api.ts';

/** The worker that reads, counts and explores runs. */
export const table = new RpcWorker<TableApi>(
  'table',
  () =>
    new Worker(new URL('../../../workers/table/table.worker.ts', import.meta.url), { type: 'module', name: 'table' }),
);
