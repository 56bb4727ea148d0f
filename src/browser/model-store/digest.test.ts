import { afterEach, describe, expect, it, vi } from 'vitest';
import { hashBlob, hashBytes, hashPieces } from './digest.ts';

/** SHA-256 of "abc", from FIPS 180-2, appendix B.1. */
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const abc = new TextEncoder().encode('abc');

/** A blob that claims to be too large to be read at once, in pieces of one byte. */
function large(bytes: Uint8Array<ArrayBuffer>): Blob {
  const blob = new Blob([bytes]);
  Object.defineProperty(blob, 'size', { value: 2 ** 30 });
  blob.arrayBuffer = () => Promise.reject(new Error('It was read at once.'));
  blob.stream = () =>
    new ReadableStream({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
  return blob;
}

describe('SHA-256', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('is that of the standard, of bytes and of blobs, at once and in pieces', async () => {
    expect(await hashBytes(abc)).toBe(ABC);
    expect(await hashBlob(new Blob([abc]))).toBe(ABC);
    expect(await hashBlob(large(abc))).toBe(ABC);
  });

  it('is the same of pieces that are kept and of those of a file that is too large for that', async () => {
    for (const size of [3, 2 ** 30]) {
      const hash = hashPieces(size);
      for (const byte of abc) hash.add(Uint8Array.of(byte));
      expect(await hash.digest()).toBe(ABC);
    }
  });

  it('is the same where the page has no Web Crypto, also of a part of a buffer', async () => {
    vi.stubGlobal('crypto', undefined);
    const part = new TextEncoder().encode('-abc-').subarray(1, 4);
    expect([await hashBytes(abc.buffer), await hashBytes(part)]).toEqual([ABC, ABC]);
  });

  it('stops when it is cancelled', async () => {
    const cancelled = { code: 'cancelled' };
    const stop = new AbortController();
    const reading = hashBlob(large(abc), stop.signal);
    stop.abort();
    await expect(reading).rejects.toMatchObject(cancelled);
    await expect(hashBlob(new Blob([abc]), stop.signal)).rejects.toMatchObject(cancelled);
  });
});
