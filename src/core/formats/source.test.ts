import { describe, expect, it } from 'vitest';
import { memorySink } from './export/memory-sink.ts';
import { windowedSources } from './source.ts';

const content = Uint8Array.from({ length: 1000 }, (_, i) => (i * 31 + (i >> 3)) & 255);

/** A blob, and how often a browser would have been asked for bytes of it. */
function counted(): { blob: Blob; reads: () => number } {
  let reads = 0;
  const blob = new Blob([content]);
  const slice = blob.slice.bind(blob);
  blob.slice = (...range) => {
    reads++;
    return slice(...range);
  };
  return { blob, reads: () => reads };
}

describe('windowedSources', () => {
  it('reads any range exactly, and each window once if ranges are in order', async () => {
    const { blob, reads } = counted();
    const source = windowedSources(2, 64)('a', blob);
    for (let at = 0; at < 1000; at += 10) expect(await source.read(at, 10)).toEqual(content.subarray(at, at + 10));
    expect(reads()).toBe(Math.ceil(1000 / 64));
    for (const [at, length] of [
      [63, 2],
      [0, 64],
      [60, 130],
      [0, 1000],
      [999, 1],
      [1000, 0],
      [0, 0],
    ] as const)
      expect(await source.read(at, length)).toEqual(content.subarray(at, at + length));
  });

  it('keeps the windows of several blobs apart', async () => {
    const open = windowedSources(4, 64);
    const [one, two] = [counted(), counted()];
    const sources = [open('a', one.blob), open('b', new Blob([content.map((byte) => 255 - byte)]))] as const;
    for (let at = 0; at < 120; at += 20) {
      expect(await sources[0].read(at, 20)).toEqual(content.subarray(at, at + 20));
      expect(await sources[1].read(at, 20)).toEqual(content.subarray(at, at + 20).map((byte) => 255 - byte));
    }
    expect(one.reads()).toBe(2);
    expect(two.reads()).toBe(0);
  });

  it('refuses what is not in the file', async () => {
    const source = windowedSources(2, 64)('a', new Blob([content]));
    await expect(source.read(990, 11)).rejects.toMatchObject({ code: 'bad-file', detail: { where: 'a' } });
    await expect(source.read(-1, 1)).rejects.toMatchObject({ code: 'bad-file' });
  });
});

describe('memorySink', () => {
  it('keeps what was written, in order, when the writer reuses its buffer', async () => {
    const sink = memorySink('a');
    const buffer = new Uint8Array(10);
    for (let at = 0; at < 1000; at += 10) {
      buffer.set(content.subarray(at, at + 10));
      await sink.write(buffer);
    }
    expect(await sink.close()).toMatchObject({ path: 'a', bytes: 1000 });
    expect(new Uint8Array(await sink.blob().arrayBuffer())).toEqual(content);
  });
});
