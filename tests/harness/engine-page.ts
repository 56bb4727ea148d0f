import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { build, loadConfigFromFile, mergeConfig, type Plugin } from 'vite';
import { HOST_HEADERS } from '../../build/headers.ts';
import type { ServedLab } from './lab.ts';

const ROOT = join(import.meta.dirname, '../..');
const OUT = join(ROOT, '.cache/engine-page');

const MIME: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.json': 'application/json', '.wasm': 'application/wasm' };

/** Builds a page that holds nothing but the lab's door to its models, with the lab's own configuration. */
export async function buildEnginePage(): Promise<void> {
  const loaded = await loadConfigFromFile({ command: 'build', mode: 'production' }, join(ROOT, 'vite.config.ts'));
  if (!loaded) throw new Error('vite.config.ts could not be read.');
  const plugins = (loaded.config.plugins ?? []).flat(2) as Plugin[];
  await build(
    mergeConfig(
      { ...loaded.config, plugins: plugins.filter((plugin) => plugin && /vendor/.test(plugin.name)) },
      { configFile: false, root: join(import.meta.dirname, 'engine-page'), publicDir: false, logLevel: 'warn', build: { outDir: OUT, emptyOutDir: true } },
    ),
  );
}

/**
 * Serves that page with the lab's headers, policy included. `mounts` lays folders of model files beside it, by the
 * path below the page's address.
 */
export async function serveEnginePage(mounts: Record<string, string>): Promise<ServedLab> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname).slice(1) || 'index.html';
    const mount = Object.keys(mounts).find((prefix) => path.startsWith(prefix));
    const file = mount ? join(mounts[mount] ?? '', path.slice(mount.length)) : join(OUT, path);
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
