import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { exportOverlay } from '../src/core/formats/export/overlay.ts';
import { memoryFolder } from '../src/core/formats/export/memory-sink.ts';
import { blobSource } from '../src/core/formats/source.ts';
import { mergedCheckpoint, openAdapterFiles } from '../src/core/training/merge/index.ts';
import { tinyAdapterFiles } from '../src/core/training/testing/tiny-adapter.ts';
import { openExportedFiles } from '../src/engines/exported-files.ts';
import { EMBEDDED_FOLDER } from '../src/node/model-choice.ts';
import { nodeFiles } from '../src/node/node-files.ts';
import type { Bench } from './bench.ts';

const RANK = 64;
const ROUNDS = 5;

/** Merges a random adapter into the embedded model as the page does when it loads one, on one thread. */
export const benchMergeAdapter: Bench = async () => {
  const base = await openExportedFiles(await nodeFiles(EMBEDDED_FOLDER), {});
  const files = await tinyAdapterFiles(base.config, 1, { size: 0.05, rank: RANK });
  const sources = [...files].map(([name, blob]) => blobSource(name, blob));
  const { adapter } = await openAdapterFiles('random', sources);
  const graph = await readFile(join(EMBEDDED_FOLDER, 'onnx/model_q4.onnx'));
  const seconds: number[] = [];
  let bytes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const folder = memoryFolder();
    const start = performance.now();
    await exportOverlay(graph, mergedCheckpoint(base, [{ adapter, weight: 1 }]), folder, { name: 'random' });
    seconds.push((performance.now() - start) / 1000);
    bytes = [...folder.files.values()].reduce((sum, { size }) => sum + size, 0);
  }
  console.log(`${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}, one thread`);
  console.log(
    `Rank ${RANK} on q, k, v and o: ${seconds.map((each) => each.toFixed(2)).join(', ')} s; ` +
      `${(bytes / 1e6).toFixed(1)} MB written`,
  );
};
