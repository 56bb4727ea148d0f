import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { preview } from 'vite';

const ROOT = join(import.meta.dirname, '../..');
export const DIST = join(ROOT, 'dist');

/** A running server of the built lab. */
export interface ServedLab {
  /** Address of the page, with its final slash. */
  url: string;
  close(): Promise<void>;
}

/** Serves the built lab as `npm start` does, on a free port. */
export async function serveLab(): Promise<ServedLab> {
  requireBuild();
  const server = await preview({
    root: ROOT,
    logLevel: 'silent',
    preview: { host: '127.0.0.1', port: 0, open: false },
  });
  const { port } = server.httpServer.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

const MIME: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};

/**
 * Serves the built lab as a plain static host does: in a subfolder, and without any of the headers that it would like.
 * `port` lets a test start it again at the address where it was.
 */
export async function serveStatically(subfolder = '/deep/folder/', port = 0): Promise<ServedLab> {
  requireBuild();
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const inside = path.startsWith(subfolder) ? normalize(path.slice(subfolder.length)) : '..';
    const file = join(DIST, inside === '.' ? 'index.html' : decodeURIComponent(inside));
    if (!file.startsWith(DIST) || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Not found');
      return;
    }
    response.writeHead(200, { 'Content-Type': MIME[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${address.port}${subfolder}`, close: () => stop(server) };
}

/** Ends a server and the connections that browsers keep open. */
function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function requireBuild(): void {
  if (!existsSync(join(DIST, 'index.html'))) throw new Error('There is no build to test: run npm run build first.');
}
