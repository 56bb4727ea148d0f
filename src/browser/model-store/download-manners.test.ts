import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { LabError } from '../../core/error.ts';
import { blobSource } from '../../core/formats/source.ts';
import { ggufSizeFault } from '../../engines/wllama/gguf-size.ts';
import { useFakeIndexedDb } from '../../../tests/harness/fake-indexeddb.ts';
import { memoryVault } from './blob-store.ts';
import { openModelDatabase } from './database.ts';
import { downloadFile } from './download.ts';
import { FileStore } from './file-store.ts';
import { type Known, MANNERS, type Outcome } from './testing/download-manners.ts';
import { afterCut, content, CUT, type Manner, rest, useMannerServer } from './testing/manner-server.ts';

useFakeIndexedDb();
const server = useMannerServer();
const sha256 = createHash('sha256').update(content).digest('hex');

let count = 0;
async function attempt(known: Known, manner: Manner): Promise<Outcome | 'wrong'> {
  const database = await openModelDatabase(`manners-${count++}`);
  const store = new FileStore(memoryVault(), database, 4096);
  const wanted = {
    path: 'model.gguf',
    url: server.url,
    bytes: known === 'neither' ? 0 : content.length,
    ...(known === 'hash' && { sha256 }),
  };
  server.manner = manner;
  let error: unknown;
  for (let tries = 1; tries <= 3; tries++) {
    server.first = tries === 1;
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
