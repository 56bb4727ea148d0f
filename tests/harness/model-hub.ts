import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

export interface ModelHub {
  /** Its address without a slash at the end. */
  url: string;
  /** Requests to it, as 'GET /path'. */
  asked: string[];
  close(): Promise<void>;
}

/**
 * A model hub as a page sees it: `/org/name/resolve/main/` serves the files of `folder`, with a redirect to storage at
 * another origin for large ones; storage refuses HEAD, a model's page is HTML, and missing files have no CORS headers.
 */
export async function serveModelHub(folder: string): Promise<ModelHub> {
  const asked: string[] = [];
  const open = { 'Access-Control-Allow-Origin': '*' };
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://hub').pathname);
    asked.push(`${request.method} ${path}`);
    const [, where, name = ''] = /^\/(org\/tiny\/resolve\/main|storage)\/(.+)$/.exec(path) ?? [];
    const file = join(folder, name);
    if (!where || !existsSync(file) || !statSync(file).isFile()) {
      return void response
        .writeHead(where || path !== '/org/tiny' ? 404 : 200, { 'Content-Type': 'text/html' })
        .end('<html></html>');
    }
    if (where !== 'storage' && extname(file) !== '.json') {
      const { port } = server.address() as AddressInfo;
      return void response.writeHead(302, { ...open, Location: `http://localhost:${port}/storage/${name}` }).end();
    }
    if (where === 'storage' && request.method === 'HEAD') return void response.writeHead(403, open).end();
    const size = statSync(file).size;
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const [from, to] = range ? [Number(range[1]), range[2] ? Number(range[2]) : size - 1] : [0, size - 1];
    response.writeHead(range ? 206 : 200, {
      ...open,
      'Content-Type': extname(file) === '.json' ? 'text/plain; charset=utf-8' : 'application/octet-stream',
      'Content-Length': to - from + 1,
      ...(range ? { 'Content-Range': `bytes ${from}-${to}/${size}` } : {}),
    });
    if (request.method === 'HEAD') return void response.end();
    createReadStream(file, { start: from, end: to }).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
