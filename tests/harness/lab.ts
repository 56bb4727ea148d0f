import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { preview, type Plugin } from 'vite';

const ROOT = join(import.meta.dirname, '../..');
export const DIST = join(ROOT, 'dist');

/** A running server of the built lab. */
export interface ServedLab {
  /** Address of the page, with its final slash. */
  url: string;
  close(): Promise<void>;
}

/** Sends files as they are: compressing the weights of a model, as the server would, takes four seconds of a core. */
const uncompressed: Plugin = {
  name: 'tests:uncompressed',
  configurePreviewServer({ middlewares }) {
    middlewares.use((request, _response, next) => {
      delete request.headers['accept-encoding'];
      next();
    });
  },
};

/** Serves the built lab as `npm start` does, on a free port and without compression. */
export async function serveLab(): Promise<ServedLab> {
  requireBuild();
  const server = await preview({
    root: ROOT,
    logLevel: 'silent',
    plugins: [uncompressed],
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
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};

/** How a plain static host serves the lab. */
export interface StaticHost {
  /** The folder of files; the built lab by default. */
  folder?: string;
  /** Path of the lab on the host. */
  subfolder?: string;
  /** A free one by default; a host that returns needs the same port. */
  port?: number;
  /** Headers besides the file's type; none by default. */
  headers?: (path: string) => Record<string, string>;
  /** Receives what is posted to it; such requests are refused otherwise. */
  receive?: (body: string) => void;
  /** Answers wait for this; it receives the path below the subfolder. */
  delay?: (path: string) => Promise<void> | undefined;
  /** Bytes per second at which each file arrives, as on a slow line. */
  bytesPerSecond?: number;
}

/** Serves files as a plain static host does: in a subfolder, and without any of the headers that the lab recommends. */
export async function serveStatically(host: StaticHost = {}): Promise<ServedLab> {
  const { folder = DIST, subfolder = '/deep/folder/', port = 0, headers, receive, delay, bytesPerSecond } = host;
  requireBuild();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    if (request.method === 'POST' && receive) {
      receive(Buffer.concat(await request.toArray()).toString());
      // A notebook's frame has no origin of its own and reports, too.
      response.writeHead(204, { 'Cross-Origin-Resource-Policy': 'cross-origin' }).end();
      return;
    }
    const file = path.startsWith(subfolder) ? join(folder, path.slice(subfolder.length) || 'index.html') : '';
    if (!file.startsWith(folder) || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Not found');
      return;
    }
    const below = path.slice(subfolder.length);
    await delay?.(below);
    response.writeHead(200, { ...headers?.(below), 'Content-Type': MIME[extname(file)] ?? 'application/octet-stream' });
    const stream = createReadStream(file);
    (bytesPerSecond ? Readable.from(slowly(stream, bytesPerSecond)) : stream).pipe(response);
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${address.port}${subfolder}`, close: () => stop(server) };
}

async function* slowly(chunks: AsyncIterable<Buffer>, bytesPerSecond: number): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    yield chunk;
    await setTimeout((chunk.length / bytesPerSecond) * 1000);
  }
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
