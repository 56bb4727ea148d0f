import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll } from 'vitest';
import { writeGguf } from '../../../core/formats/gguf/write.ts';
import { seededRandom } from '../../../core/random/xoshiro128.ts';

/** A request for the file. */
export interface Asked {
  request: IncomingMessage;
  response: ServerResponse;
  /** First and last requested byte; `from` is undefined for the whole file. */
  from: number | undefined;
  to: number;
  /** Whether this is the first attempt. */
  first: boolean;
}
/** How a server answers a request for the file. */
export type Manner = (asked: Asked) => void;

/** The file: a GGUF, because without size and hash only its own header shows that it is complete. */
export const content = await madeGguf();

async function madeGguf(): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  const random = seededRandom(3);
  const sink = {
    write: async (bytes: Uint8Array) => void parts.push(bytes.slice()),
    close: () => Promise.reject(new Error()),
  };
  await writeGguf(sink, new Map([['general.architecture', { type: 'string', value: 'llama' }]]), [
    {
      name: 'weights',
      shape: [320, 32],
      type: 'F32',
      async *chunks() {
        yield Uint8Array.from({ length: 320 * 32 * 4 }, () => random() * 256);
      },
    },
  ]);
  return Buffer.concat(parts);
}

/** A server of the file on this machine. */
export interface MannerServer {
  /** The address of the file. */
  url: string;
  /** How it answers. */
  manner: Manner;
  /** Whether this is the first attempt at a download. */
  first: boolean;
}

/** Starts a server for the tests of a file, and stops it after the last one. */
export function useMannerServer(): MannerServer {
  const state: MannerServer = { url: '', manner: ({ response }) => full(response), first: true };
  const server = createServer((request, response) => {
    response.on('error', () => {});
    const asked = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '');
    const from = asked ? Number(asked[1]) : undefined;
    const to = asked?.[2] ? Number(asked[2]) : content.length - 1;
    state.manner({ request, response, from, to, first: state.first });
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.gguf`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return state;
}

/** Where a connection breaks unless a manner says otherwise, in bytes. */
export const CUT = 15_000;
/** The value of Content-Range for these bytes, the last one included. */
export const range = (from: number, to: number, total: number | '*' = content.length) => `bytes ${from}-${to}/${total}`;
/** Sends the whole file. */
export const full = (response: ServerResponse, bytes: Buffer = content, headers: Record<string, string> = {}) =>
  void response.writeHead(200, { 'content-length': bytes.length, ...headers }).end(bytes);
/** Sends this many bytes of the whole file and breaks the connection. */
export const cutAt = (response: ServerResponse, at = CUT, headers: Record<string, string> = {}) => {
  response.writeHead(200, { 'content-length': content.length, ...headers });
  response.write(content.subarray(0, at), () => setTimeout(() => response.destroy(), 10));
};
/** Sends a part of the file and says which one. */
export const partOf = (
  response: ServerResponse,
  from: number,
  to: number,
  headers: Record<string, string> = {},
  bytes = content,
) => void response.writeHead(206, { 'content-range': range(from, to), ...headers }).end(bytes.subarray(from, to + 1));
/** Sends the requested part of the file. */
export const rest = (response: ServerResponse, from: number, to: number) => partOf(response, from, to);
/** Cuts the first attempt; `part` answers range requests, everything else gets the whole file. */
export const afterCut =
  (
    part: (response: ServerResponse, from: number, to: number, request: IncomingMessage) => void,
    headers = {},
  ): Manner =>
  ({ request, response, from, to, first }) => {
    if (first && from === undefined) {
      cutAt(response, CUT, headers);
      return;
    }
    if (from === undefined) {
      full(response, content, headers);
      return;
    }
    part(response, from, to, request);
  };
