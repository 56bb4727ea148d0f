import { RpcWorker } from '../../rpc/worker.ts';
import type { LibraryApi } from '../../../workers/library/api.ts';

/** The lab's own address, ending in a slash. */
export const labAddress = (): string => new URL(import.meta.env.BASE_URL, document.baseURI).href;

/** Starts a worker that holds one model. */
export const spawnEngine = (): Worker =>
  new Worker(new URL('../../../workers/engine/engine.worker.ts', import.meta.url), { type: 'module', name: 'model' });

/** A worker that keeps model files, started when it is first called. */
export const openLibraryWorker = (name: string): RpcWorker<LibraryApi> =>
  new RpcWorker<LibraryApi>(
    name,
    () =>
      new Worker(new URL('../../../workers/library/library.worker.ts', import.meta.url), {
        type: 'module',
        name: 'model files',
      }),
  );

/** The page's own library worker. */
export const libraryWorker = openLibraryWorker('model files');
