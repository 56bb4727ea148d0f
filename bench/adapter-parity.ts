import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Checkpoint } from '../src/core/formats/checkpoint/checkpoint.ts';
import { forward } from '../src/core/formats/reference/forward.ts';
import { checkpointToSafetensors } from '../src/core/formats/safetensors/from-checkpoint.ts';
import { adapterToPeft } from '../src/core/training/merge/to-peft.ts';
import { writeAdapterGgufs, writeBaseGguf } from '../tests/harness/adapter-files.ts';
import { mean, negativeLogLikelihood } from '../tests/harness/decoder.ts';
import { type AdapterReference, type ForwardReference, readFixture } from '../tests/harness/fixtures.ts';
import { openModel } from '../trainer/files/open-model.ts';
import { diskFolder } from '../trainer/files/sink.ts';
import type { Bench } from './bench.ts';
import { runPython } from './python-run.ts';

const FOLDER = '.cache/bench-adapters';

/**
 * Prints how far the log-likelihoods of two conversations differ between the lab, PEFT and llama.cpp, for a base and an
 * adapter on it.
 */
export const adapterParity: Bench = async ([base = '', adapter = '']) => {
  const files = join(FOLDER, 'files');
  await rm(files, { recursive: true, force: true });
  await mkdir(files, { recursive: true });
  const ids = readFixture<ForwardReference>('forward').rows.map((row) => row.ids);
  await writeFile(join(files, 'ids.json'), JSON.stringify(ids));
  const { base: model, adapters, checkpoint, close } = await openModel({ path: base, adapters: [adapter] });
  const name = basename(resolve(adapter));
  const place = join(files, 'adapters', name);
  await checkpointToSafetensors(model, diskFolder(join(files, 'model')), { type: 'F32' });
  await writeBaseGguf(files, model);
  for (const opened of adapters) {
    await writeAdapterGgufs(place, opened.adapter, model);
    const options = { base: model, baseName: basename(resolve(base)), type: 'F32' as const };
    await adapterToPeft(opened.adapter, diskFolder(join(place, 'peft')), options);
  }
  const here: Record<string, number[][]> = { base: await likelihoods(model), [name]: await likelihoods(checkpoint) };
  await close();
  const eight = await openModel({ path: base, adapters: [join(place, 'Q8_0.gguf')] });
  const rounded = await likelihoods(eight.checkpoint);
  await eight.close();

  const { nll, versions } = await runPython<AdapterReference>('adapter_parity.py', [files], 'adapters');
  console.log(JSON.stringify(versions));
  for (const [model, programs] of Object.entries(nll)) {
    for (const [program, rows] of Object.entries(programs)) {
      const [largest, average] = differences(program.endsWith('Q8_0') ? rounded : (here[model] ?? []), rows);
      console.log(`${model}, ${program}: differs from the lab by at most ${largest}, on average by ${average} nats`);
    }
  }
  console.log(`Q8_0 differs from F32 in the lab: ${differences(here[name] ?? [], rounded).join(', ')} nats`);

  async function likelihoods(source: Checkpoint): Promise<number[][]> {
    const rows: number[][] = [];
    for (const sequence of ids) {
      const logits = await forward(source, sequence);
      rows.push(sequence.slice(1).map((id, i) => negativeLogLikelihood(logits[i] ?? new Float32Array(0), id)));
    }
    return rows;
  }
};

/** The largest and the mean absolute difference. */
function differences(expected: number[][], found: number[][]): [largest: string, average: string] {
  const all = found.flatMap((row, i) => row.map((value, t) => Math.abs(value - (expected[i]?.[t] ?? NaN))));
  return [Math.max(...all).toExponential(1), mean(all).toExponential(1)];
}
