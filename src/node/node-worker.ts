import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { WorkerLike } from '../rpc/worker.ts';

/** A Node thread that runs a TypeScript file, with the part of the browser's Worker interface that `RpcWorker` uses. */
export function nodeWorker(file: URL): WorkerLike {
  // A thread does not inherit tsx's TypeScript loader.
  const tsx = new URL(
    'dist/esm/api/index.mjs',
    pathToFileURL(createRequire(import.meta.url).resolve('tsx/package.json')),
  );
  const [loader, entry] = [tsx.href, file.href].map((href) => JSON.stringify(href));
  const start = `import(${loader}).then(({ register }) => (register(), import(${entry})))`;
  const worker = new Worker(start, { eval: true });
  return {
    postMessage: (message, transfer) => worker.postMessage(message, transfer as ArrayBuffer[]),
    addEventListener: (type: string, listener: (event: never) => void) =>
      void worker.on(type, (value: unknown) => listener((type === 'message' ? { data: value } : value) as never)),
    removeEventListener() {},
    terminate: () => void worker.terminate(),
  };
}
