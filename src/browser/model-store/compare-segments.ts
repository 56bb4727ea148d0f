import type { StoredFile } from './database.ts';
import { hashBlob, hashBytes } from './digest.ts';

/**
 * Whether a file's segments still have the stored bytes. A file that was hashed as a whole has no digests yet: the
 * manifest's hash is used instead, if any, and the current digests are returned for the next time.
 */
export async function compareSegments(
  { digests, sha256 }: StoredFile,
  segments: (Blob | undefined)[],
): Promise<{ state: 'same' | 'changed'; digests?: string[] }> {
  const found: string[] = [];
  for (const [i, segment = new Blob()] of segments.entries()) {
    const digest = await hashBytes(await segment.arrayBuffer());
    if (digests && digest !== digests[i]) return { state: 'changed' };
    found.push(digest);
  }
  if (digests) return { state: 'same' };
  const whole = new Blob(segments.map((segment = new Blob()) => segment));
  if (sha256 && (await hashBlob(whole)) !== sha256) return { state: 'changed' };
  return { state: 'same', digests: found };
}
