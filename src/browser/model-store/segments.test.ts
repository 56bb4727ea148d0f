import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OpenFile } from '../../core/engine/files.ts';
import type { StoredFile } from './database.ts';
import { joined, openSegments, segmentKey, sumOf } from './segments.ts';

const stored = (segments: number[]): StoredFile => ({
  model: 'm',
  path: 'onnx/weights.bin',
  bytes: sumOf(segments),
  segments,
  complete: true,
});

/** The segments of a file whose bytes count up, and those that were closed. */
function opened(segments: number[], missing?: number) {
  const closed: number[] = [];
  const open = (i: number): Promise<OpenFile | undefined> => {
    if (i === missing) return Promise.resolve(undefined);
    const first = sumOf(segments.slice(0, i));
    const bytes = Uint8Array.from({ length: segments[i] ?? 0 }, (_, at) => (first + at) % 251);
    return Promise.resolve({
      read: (offset, target) => {
        if (offset + target.length > bytes.length) throw new Error(`Segment ${i} ends before that.`);
        target.set(bytes.subarray(offset, offset + target.length));
      },
      close: () => closed.push(i),
    });
  };
  return { open, closed };
}

describe('the segments of a stored file', () => {
  it('have keys of their own', () => {
    expect([0, 1].map((i) => segmentKey(stored([4, 4]), i))).toEqual(['m/onnx/weights.bin/0', 'm/onnx/weights.bin/1']);
  });

  it('are read as one file, whatever the range', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (segments, a, b) => {
          const size = sumOf(segments);
          const [from = 0, to = 0] = [a, b].map((share) => Math.round(share * size)).sort((x, y) => x - y);
          const { open, closed } = opened(segments);
          const file = await openSegments(stored(segments), open);
          const read = new Uint8Array(to - from);
          file?.read(from, read);
          expect([...read]).toEqual(Array.from(read, (_, at) => (from + at) % 251));
          file?.close();
          expect(closed).toEqual([...segments.keys()]);
        },
      ),
    );
  });

  it('refuse a range beyond their end', async () => {
    const file = await openSegments(stored([4, 4]), opened([4, 4]).open);
    expect(() => file?.read(6, new Uint8Array(3))).toThrow('Bytes 6 to 9 were requested, but the file has 8.');
  });

  it('are closed where one of them is missing', async () => {
    const { open, closed } = opened([4, 4, 4], 2);
    expect(await openSegments(stored([4, 4, 4]), open)).toBeUndefined();
    expect(closed).toEqual([0, 1]);
  });

  it('are not copied where one is all that is read', () => {
    const only = Uint8Array.of(1, 2);
    expect(joined([only])).toBe(only);
    expect([...joined([only, Uint8Array.of(3)])]).toEqual([1, 2, 3]);
    expect(joined([]).length).toBe(0);
  });
});
