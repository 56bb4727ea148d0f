import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { build, loadConfigFromFile, mergeConfig, type Plugin } from 'vite';
import { HOST_HEADERS } from '../../build/headers.ts';
import type { ServedLab } from './lab.ts';

const ROOT = join(import.meta.dirname, '../..');
const outOf = (page: HarnessPage): string => join(ROOT, '.cache', page);

/** Folders next to this file with a page that contains only one entry point of the lab. */
export type HarnessPage = 'engine-page' | 'training-page' | 'metrics-page';

const MIME: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** Builds a page with only one entry point of the lab, with the lab's own configuration. */
export const buildEnginePage = (page: HarnessPage = 'engine-page'): Promise<void> =>
  buildPage(join(import.meta.dirname, page), outOf(page));

/** Builds the page in `root` with the lab's own configuration into `outDir`, which is emptied. */
export async function buildPage(root: string, outDir: string): Promise<void> {
  const loaded = await loadConfigFromFile({ command: 'build', mode: 'production' }, join(ROOT, 'vite.config.ts'));
  if (!loaded) throw new Error('vite.config.ts could not be read.');
  const plugins = (loaded.config.plugins ?? []).flat(2) as Plugin[];
  await build(
    mergeConfig(
      { ...loaded.config, plugins: plugins.filter((plugin) => plugin && /vendor/.test(plugin.name)) },
      {
        configFile: false,
        root,
        publicDir: false,
        logLevel: 'warn',
        build: { outDir, emptyOutDir: true },
      },
    ),
  );
}

/**
 * Serves that page with the lab's headers, policy included. `mounts` adds folders of model files by their path below
 * the page's address.
 */
export const serveEnginePage = (
  mounts: Record<string, string>,
  page: HarnessPage = 'engine-page',
): Promise<ServedLab> => servePage(outOf(page), mounts);

/** Serves the page in `folder` in the same way. */
export async function servePage(folder: string, mounts: Record<string, string> = {}): Promise<ServedLab> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname).slice(1) || 'index.html';
    const mount = Object.keys(mounts).find((prefix) => path.startsWith(prefix));
    const file = mount ? join(mounts[mount] ?? '', path.slice(mount.length)) : join(folder, path);
    if (!existsSync(file) || !statSync(file).isFile()) return void response.writeHead(404, HOST_HEADERS).end();
    const type = MIME[extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { ...HOST_HEADERS, 'Content-Type': type, 'Content-Length': statSync(file).size });
    if (request.method === 'HEAD') return void response.end();
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
