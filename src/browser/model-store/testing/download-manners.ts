import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterCut, content, cutAt, full, type Manner, partOf, range, rest } from './manner-server.ts';

/** What of the file is known before its download. */
export type Known = 'hash' | 'size' | 'neither';
/** How a download ends: with the right file or with an error, never with a wrong file. */
export type Outcome = 'right' | 'error';
const RIGHT: Record<Known, Outcome> = { hash: 'right', size: 'right', neither: 'right' };
const ERROR: Record<Known, Outcome> = { hash: 'error', size: 'error', neither: 'error' };

/** Another version of the file, of the same length. */
const changed = () => Buffer.from(content.map((byte, i) => (i < 1000 ? byte : byte ^ 1)));
/** A part whose Content-Range is hidden from the page, as across origins; its length is visible. */
const bare = (response: ServerResponse, bytes: Buffer) =>
  void response.writeHead(206, { 'content-length': bytes.length }).end(bytes);

/** Manners in which a server may answer, and how the download has to end. */
export const MANNERS: [string, Manner, Record<Known, Outcome>][] = [
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
        : void response.writeHead(302, { location: `http://${request.headers.host}${request.url}?there` }).end(),
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
