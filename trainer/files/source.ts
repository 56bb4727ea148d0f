import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { type ByteSource, checkRange } from '../../src/core/formats/source.ts';
import { unreadable } from '../../src/node/read-file.ts';

/** A file on disk that stays open until `close`. */
export interface FileSource extends ByteSource {
  close(): Promise<void>;
}

/** @throws {LabError} `missing-file` or `io` when it can't be opened. */
export async function fileSource(path: string): Promise<FileSource> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(error, path, { what: 'The file cannot be opened', todo: 'Check the path.' });
  });
  const { size } = await handle.stat();
  const source: FileSource = {
    name: basename(path),
    size,
    close: () => handle.close(),
    async read(offset, length) {
      checkRange(source, offset, length);
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length;) {
        const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
        if (bytesRead === 0) checkRange({ name: source.name, size: offset + done }, offset, length);
        done += bytesRead;
      }
      return bytes;
    },
  };
  return source;
}
