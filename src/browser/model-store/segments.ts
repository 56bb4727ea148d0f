import { joinBytes } from '../../core/bytes.ts';
import type { OpenFile } from '../../core/engine/files.ts';
import { checkRange } from '../../core/formats/source.ts';
import type { StoredFile } from './database.ts';

/**
 * A file up to this size whose hash is known is hashed as a whole, in memory: as it arrives, and when it is compared.
 * Its segments have no digests.
 */
export const HELD_BYTES = 64 * 2 ** 20;

/** Where a segment of a file is stored. */
export function segmentKey(file: StoredFile, index: number): string {
  return `${file.model}/${file.path}/${index}`;
}

/** The parts as one; a single part, such as a whole segment, is not copied. */
export function joined(parts: Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [only, ...others] = parts;
  return only && others.length === 0 ? only : joinBytes(parts);
}

export function sumOf(values: number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

/** The segments of a file as one; undefined if one of them cannot be opened. */
export async function openSegments(
  { path, segments }: StoredFile,
  open: (index: number) => Promise<OpenFile | undefined>,
): Promise<OpenFile | undefined> {
  const files: OpenFile[] = [];
  const close = (): void => files.forEach((file) => file.close());
  for (const i of segments.keys()) {
    const file = await open(i);
    if (!file) {
      close();
      return undefined;
    }
    files.push(file);
  }
  const size = sumOf(segments);
  return {
    read(offset, target) {
      checkRange({ name: path, size }, offset, target.length);
      let start = 0;
      for (const [i, file] of files.entries()) {
        const next = start + (segments[i] ?? 0);
        const [from, to] = [Math.max(offset, start), Math.min(offset + target.length, next)];
        if (from < to) file.read(from - start, target.subarray(from - offset, to - offset));
        start = next;
      }
    },
    close,
  };
}
