import { describe, expect, it } from 'vitest';
import { memoryFiles } from './testing/memory-files.ts';
import { smallGraph } from './exported-files.ts';

const SMALL = 'onnx/model_q4.onnx';
const LARGE = 'onnx/model.onnx';
const BLOBS = new Map([
  [SMALL, new Blob([Uint8Array.of(1, 2, 3)])],
  [LARGE, new Blob([new Uint8Array(9e6)])],
]);

describe('smallGraph', () => {
  it('fetches and reads a graph that this lab may have exported', async () => {
    const files = memoryFiles(BLOBS);
    expect(await smallGraph(files, SMALL, {})).toEqual(Uint8Array.of(1, 2, 3));
    expect(files.ensured).toEqual([SMALL]);
  });

  it('does not fetch one that holds its weights, nor one that is not there', async () => {
    const files = memoryFiles(BLOBS);
    expect(await smallGraph(files, LARGE, {})).toBeUndefined();
    expect(await smallGraph(files, 'onnx/model_q8.onnx', {})).toBeUndefined();
    expect([files.ensured, files.opened]).toEqual([[], []]);
  });

  it('fetches one of unknown size to know it', async () => {
    const files = memoryFiles(BLOBS, false);
    expect(await smallGraph(files, SMALL, {})).toEqual(Uint8Array.of(1, 2, 3));
    expect(await smallGraph(files, LARGE, {})).toBeUndefined();
    expect(files.ensured).toEqual([SMALL, LARGE]);
  });
});
