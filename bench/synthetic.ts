import { execFile } from 'node:child_process';
import { statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expectedTensors } from '../src/core/formats/checkpoint/checkpoint.ts';
import { parseConfig } from '../src/core/formats/config.ts';
import { streamSafetensors, type StreamedTensor, tensorBytes } from '../src/core/formats/safetensors/write.ts';
import { diskFolder } from '../trainer/files/sink.ts';

const run = promisify(execFile);

/** Values written at once. */
const CHUNK = 1 << 21;

/** BF16 numbers similar to weights: random sign and fraction, exponents around 2^-6. */
async function* randomWeights(count: number): AsyncGenerator<Uint8Array> {
  const chunk = new Uint16Array(CHUNK);
  for (let done = 0; done < count; done += CHUNK) {
    for (let i = 0; i < CHUNK; i++) {
      const random = Math.floor(Math.random() * 65536);
      chunk[i] = (random & 0x8000) | ((118 + (random & 3)) << 7) | ((random >> 4) & 127);
    }
    yield new Uint8Array(chunk.buffer, 0, 2 * Math.min(CHUNK, count - done));
  }
}

async function writeRandom(
  folder: string,
  name: string,
  shapes: Iterable<[name: string, shape: number[]]>,
): Promise<number> {
  const tensors = [...shapes].map(([tensor, shape]): StreamedTensor => ({
    name: tensor,
    shape,
    type: 'BF16',
    chunks: () => randomWeights(shape.reduce((a, b) => a * b, 1)),
  }));
  const file = await diskFolder(folder).create(name);
  await streamSafetensors(file, tensors, { format: 'pt' });
  await file.close();
  return tensors.reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
}

/** Writes a BF16 checkpoint of small random numbers, a few megabytes at a time; returns its bytes. */
export async function writeCheckpoint(folder: string, config: object): Promise<number> {
  const bytes = await writeRandom(folder, 'model.safetensors', expectedTensors(parseConfig(config)).required);
  const files = { 'tokenizer.json': '{}', 'tokenizer_config.json': '{}', 'config.json': JSON.stringify(config) };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return bytes;
}

/** Writes a BF16 adapter of random numbers in PEFT's format. */
export async function writeAdapter(
  folder: string,
  config: object,
  rank: number,
  targets: readonly string[],
): Promise<void> {
  const shapes = [...expectedTensors(parseConfig(config)).required].flatMap(
    ([tensor, [out = 0, in_ = 0]]): [string, number[]][] => {
      const module = tensor.replace(/\.weight$/, '');
      if (!targets.some((target) => module.endsWith(`.${target}`))) return [];
      return [
        [`base_model.model.${module}.lora_A.weight`, [rank, in_]],
        [`base_model.model.${module}.lora_B.weight`, [out, rank]],
      ];
    },
  );
  await writeRandom(folder, 'adapter_model.safetensors', shapes);
  const settings = {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    r: rank,
    lora_alpha: rank / 2,
    lora_dropout: 0,
    target_modules: targets,
    bias: 'none',
  };
  await writeFile(join(folder, 'adapter_config.json'), JSON.stringify(settings));
}

/** Runs the trainer and prints its peak memory in KiB. */
const CHILD = `
process.on('exit', () => process.stdout.write('peak ' + process.resourceUsage().maxRSS + '\\n'));
process.argv = [process.argv[0], 'cli', ...process.argv.slice(1)];
await import('./trainer/cli.ts');
`;

export interface Measured {
  seconds: number;
  peakBytes: number;
}

/** Runs a command of the trainer in a separate process. */
export async function measureTrainer(args: readonly string[]): Promise<Measured> {
  const start = performance.now();
  const { stdout } = await run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', CHILD, ...args], {
    cwd: join(import.meta.dirname, '..'),
    maxBuffer: 1 << 28,
  });
  return { seconds: (performance.now() - start) / 1000, peakBytes: Number(/^peak (\d+)$/m.exec(stdout)?.[1]) * 1024 };
}

/** @throws {Error} when the disk of `folder` has fewer free bytes. */
export async function needSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= bytes) return;
  throw new Error(
    `${tmpdir()} has ${((bavail * bsize) / 1e9).toFixed(1)} GB free; this bench needs ` +
      `${(bytes / 1e9).toFixed(0)}. Set TMPDIR to another disk.`,
  );
}
