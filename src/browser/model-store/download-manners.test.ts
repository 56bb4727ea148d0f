import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LabError } from '../../core/error.ts';
import { writeGguf } from '../../core/formats/gguf/write.ts';
import { blobSource } from '../../core/formats/source.ts';
import { seededRandom } from '../../core/random/xoshiro128.ts';
import { ggufSizeFault } from '../../engines/wllama/gguf-size.ts';
import { openModelDatabase } from './database.ts';
import { downloadFile } from './download.ts';
import { FileStore } from './file-store.ts';
import { memoryVault } from './blob-store.ts';
import { useFakeIndexedDb } from '../../../tests/harness/fake-indexeddb.ts';

useFakeIndexedDb();

/** A GGUF, because without size and hash only its own header shows that it is complete. */
let content: Buffer;
let sha256: string;
let server: Server;
let url: string;
let answer: (asked: Asked) => void;
let tries: number;
beforeAll(async () => {
  content = await madeGguf();
  sha256 = createHash('sha256').update(content).digest('hex');
  server = createServer((request, response) => {
    response.on('error', () => {});
    const range = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '');
    const from = range ? Number(range[1]) : undefined;
    answer({ request, response, from, to: range?.[2] ? Number(range[2]) : content.length - 1, first: tries === 1 });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.gguf`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

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

interface Asked {
  request: IncomingMessage;
  response: ServerResponse;
  /** First and last requested byte; `from` is undefined for the whole file. */
  from: number | undefined;
  to: number;
  /** Whether this is the first attempt. */
  first: boolean;
}
type Manner = (asked: Asked) => void;

const CUT = 15_000;
const range = (from: number, to: number, total: number | '*' = content.length) => `bytes ${from}-${to}/${total}`;
const full = (response: ServerResponse, bytes: Buffer = content, headers: Record<string, string> = {}) =>
  void response.writeHead(200, { 'content-length': bytes.length, ...headers }).end(bytes);
/** Sends this many bytes of the whole file and breaks the connection. */
const cutAt = (response: ServerResponse, at = CUT, headers: Record<string, string> = {}) => {
  response.writeHead(200, { 'content-length': content.length, ...headers });
  response.write(content.subarray(0, at), () => setTimeout(() => response.destroy(), 10));
};
const partOf = (
  response: ServerResponse,
  from: number,
  to: number,
  headers: Record<string, string> = {},
  bytes = content,
) => void response.writeHead(206, { 'content-range': range(from, to), ...headers }).end(bytes.subarray(from, to + 1));
const rest = (response: ServerResponse, from: number, to: number) => partOf(response, from, to);
/** Cuts the first attempt; `part` answers range requests, everything else gets the whole file. */
const afterCut =
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
const changed = () => Buffer.from(content.map((byte, i) => (i < 1000 ? byte : byte ^ 1)));
/** Hidden from the page, as across origins; lengths are visible. */
const bare = (response: ServerResponse, bytes: Buffer) =>
  void response.writeHead(206, { 'content-length': bytes.length }).end(bytes);

type Outcome = 'right' | 'error';
const RIGHT = { hash: 'right', size: 'right', neither: 'right' } as const;
const ERROR = { hash: 'error', size: 'error', neither: 'error' } as const;

const MANNERS: [string, Manner, Record<'hash' | 'size' | 'neither', Outcome>][] = [
  ['sends the file', ({ response }) => full(response), RIGHT],
  ['cuts, and sends the rest', afterCut(rest), RIGHT],
  [
    'cuts, and sends the rest without saying where it begins',
    afterCut((response, from, to) => bare(response, content.subarray(from, to + 1))),
    RIGHT,
  ],
  [
    'cuts, and sends a rest that begins 7 bytes later',
    afterCut(
      (response, from, to) =>
        void response.writeHead(206, { 'content-range': range(from, to) }).end(content.subarray(from + 7, to + 8)),
    ),
    RIGHT,
  ],
  [
    'cuts, and sends a rest that begins 7 bytes earlier, and says so',
    afterCut((response, from, to) => partOf(response, Math.max(0, from - 7), to - 7)),
    RIGHT,
  ],
  [
    'cuts, and sends the whole file as a part',
    afterCut((response) => void response.writeHead(206).end(content)),
    RIGHT,
  ],
  [
    'cuts, and sends the whole file as a part from 0',
    afterCut((response) => partOf(response, 0, content.length - 1)),
    RIGHT,
  ],
  [
    'cuts, and has another version then, without a sign of it',
    afterCut((response, from, to) => partOf(response, from, to, {}, changed())),
    RIGHT,
  ],
  [
    'cuts, and sends the rest of another version by its tag',
    afterCut((response, from, to) => partOf(response, from, to, { etag: '"two"' }, changed()), { etag: '"one"' }),
    RIGHT,
  ],
  [
    'cuts, and sends the rest of another version by its date',
    afterCut(
      (response, from, to) =>
        partOf(response, from, to, { 'last-modified': 'Tue, 02 Jan 2024 00:00:00 GMT' }, changed()),
      { 'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT' },
    ),
    RIGHT,
  ],
  [
    'cuts, and sends a rest of another length',
    afterCut(
      (response, from) =>
        void response
          .writeHead(206, { 'content-range': range(from, content.length + 99, content.length + 100) })
          .end(Buffer.concat([content.subarray(from), Buffer.alloc(100)])),
    ),
    RIGHT,
  ],
  [
    'cuts, and sends only some of the rest',
    afterCut((response, from, to) => partOf(response, from, Math.min(to, from + 999))),
    RIGHT,
  ],
  [
    'cuts, and sends the rest compressed',
    afterCut(
      (response, from, to) =>
        void response
          .writeHead(206, { 'content-range': range(from, to), 'content-encoding': 'gzip' })
          .end(gzipSync(content.subarray(from, to + 1))),
    ),
    RIGHT,
  ],
  [
    'cuts, and answers 416',
    afterCut((response) => void response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end()),
    RIGHT,
  ],
  ['cuts, and refuses any range', afterCut((response) => void response.destroy()), RIGHT],
  [
    'cuts, and refuses what needs a preflight',
    afterCut((response, from, to, { headers }) =>
      headers['if-range'] ? void response.destroy() : partOf(response, from, to),
    ),
    RIGHT,
  ],
  ['cuts, and ignores the range', afterCut((response) => full(response)), RIGHT],
  ['cuts, and answers 503 to a range', afterCut((response) => void response.writeHead(503).end()), RIGHT],
  [
    'cuts, and sends a web page as the rest',
    afterCut(
      (response, from, to) =>
        void response.writeHead(206, { 'content-range': range(from, to), 'content-type': 'text/html' }).end('<html>'),
    ),
    RIGHT,
  ],
  [
    'cuts at 99 %',
    ({ response, from, to, first }) =>
      first
        ? cutAt(response, Math.floor(content.length * 0.99))
        : from === undefined
          ? full(response)
          : partOf(response, from, to),
    RIGHT,
  ],
  [
    'redirects',
    ({ request, response }) =>
      request.url?.endsWith('?there')
        ? full(response)
        : void response.writeHead(302, { location: `${url}?there` }).end(),
    RIGHT,
  ],
  [
    'compresses',
    ({ response }) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(content)),
    RIGHT,
  ],
  [
    'compresses, with a length',
    ({ response }) => full(response, gzipSync(content), { 'content-encoding': 'gzip' }),
    RIGHT,
  ],
  ['states too short a length', ({ response }) => full(response, content.subarray(0, 30_000)), ERROR],
  ['ends early without a word', ({ response }) => void response.writeHead(200).end(content.subarray(0, 30_000)), ERROR],
  ['ends in the header', ({ response }) => void response.writeHead(200).end(content.subarray(0, 60)), ERROR],
  [
    'sends too much',
    ({ response }) => void response.writeHead(200).end(Buffer.concat([content, Buffer.alloc(5000)])),
    ERROR,
  ],
  ['sends nothing', ({ response }) => void response.writeHead(200).end(), ERROR],
  [
    'sends a web page',
    ({ response }) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>Log in'),
    ERROR,
  ],
  ['sends a part that nobody asked for', ({ response }) => partOf(response, 100, 30_000), ERROR],
  ['has no such file', ({ response }) => void response.writeHead(404).end(), ERROR],
  ['is always cut', ({ response }) => cutAt(response), ERROR],
];

let count = 0;
async function attempt(known: 'hash' | 'size' | 'neither', manner: Manner): Promise<Outcome | 'wrong'> {
  const database = await openModelDatabase(`manners-${count++}`);
  const store = new FileStore(memoryVault(), database, 4096);
  const wanted = {
    path: 'model.gguf',
    url,
    bytes: known === 'neither' ? 0 : content.length,
    ...(known === 'hash' && { sha256 }),
  };
  answer = manner;
  let error: unknown;
  for (tries = 1; tries <= 3; tries++) {
    error = await downloadFile(store, 'm', wanted, () => {}).then(
      () => undefined,
      (fault: unknown) => fault,
    );
    if (error === undefined) break;
    expect(error).toBeInstanceOf(LabError);
    expect((error as LabError).detail).toMatchObject({
      what: expect.stringMatching(/\w/),
      where: expect.stringMatching(/\w/),
    });
  }
  if (error !== undefined) return 'error';
  const blob = await store.open('m', 'model.gguf');
  // The check of `addUrl` if neither size nor hash is known.
  if (known === 'neither' && (await ggufSizeFault(blobSource('model.gguf', blob)))) return 'error';
  const whole = Buffer.from(await blob.arrayBuffer()).equals(content);
  database.close();
  return whole ? 'right' : 'wrong';
}

describe.each(['hash', 'size', 'neither'] as const)('a server, where the %s of the file is known,', (known) => {
  it.each(MANNERS)('that %s', async (_, manner, expected) => {
    expect(await attempt(known, manner)).toBe(expected[known]);
  });
});

describe('a resumed download', () => {
  it('asks for the rest only, by requests that need no preflight', async () => {
    const asked: IncomingMessage['headers'][] = [];
    const resumes = afterCut(rest, { etag: '"one"' });
    const manner: Manner = (each) => {
      asked.push(each.request.headers);
      resumes(each);
    };
    expect(await attempt('hash', manner)).toBe('right');
    expect(asked.map(({ range: part, 'if-range': condition }) => [part, condition])).toEqual([
      [undefined, undefined],
      [`bytes=${CUT}-`, undefined],
      [`bytes=${CUT - 4096}-${CUT - 1}`, undefined],
    ]);
  });
});
