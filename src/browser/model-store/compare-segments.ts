import type { StoredFile } from './database.ts';
import { hashBytes, hashPieces } from './digest.ts';
import { HELD_BYTES, sumOf } from './segments.ts';

/**
 * Whether a file's segments still have the stored bytes. A file that has no digests is compared with the manifest's
 * hash instead, if any; if it is large, the current digests are returned for the next time.
 * @param read reads one segment; undefined if it is gone.
 */
export async function compareSegments(
  { segments, digests, sha256 }: StoredFile,
  read: (index: number) => Promise<Uint8Array<ArrayBuffer> | undefined>,
): Promise<{ state: 'same' | 'changed'; digests?: string[] }> {
  const found: string[] = [];
  const size = sumOf(segments);
  const whole = !digests && sha256 ? hashPieces(size) : undefined;
  if (whole && size <= HELD_BYTES) {
    for (const i of segments.keys()) whole.add((await read(i)) ?? new Uint8Array());
    return { state: (await whole.digest()) === sha256 ? 'same' : 'changed' };
  }
  for (const i of segments.keys()) {
    const bytes = (await read(i)) ?? new Uint8Array();
    const digest = await hashBytes(bytes);
    if (digests && digest !== digests[i]) return { state: 'changed' };
    found.push(digest);
    whole?.add(bytes);
  }
  if (digests) return { state: 'same' };
  if (whole && (await whole.digest()) !== sha256) return { state: 'changed' };
  return { state: 'same', digests: found };
}
