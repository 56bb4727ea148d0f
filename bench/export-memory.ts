import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expectedTensors } from '../src/model/checkpoint/checkpoint.ts';
import { parseConfig } from '../src/model/config.ts';
import { diskFolder } from '../trainer/files/sink.ts';
import type { Bench } from './cli.ts';

const run = promisify(execFile);

/** Mistral 7B's widths, with as many layers as make a bit more than 2 GB of BF16. */
const CONFIG = {
  model_type: 'mistral',
  architectures: ['MistralForCausalLM'],
  hidden_size: 4096,
  intermediate_size: 14336,
  num_hidden_layers: 4,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 32000,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  sliding_window: 4096,
  max_position_embeddings: 32768,
  tie_word_embeddings: false,
  hidden_act: 'silu',
};
const TOKENIZER = { 'tokenizer.json': '{}', 'tokenizer_config.json': '{}' };

/** Runs the trainer and prints the most memory that it ever held, in KiB. */
const CHILD = `
process.on('exit', () => process.stdout.write('peak ' + process.resourceUsage().maxRSS + '\\n'));
process.argv = [process.argv[0], 'cli', ...process.argv.slice(1)];
await import('./trainer/cli.ts');
`;

/** Writes a BF16 checkpoint of small random numbers, a few megabytes at a time. */
async function writeCheckpoint(folder: string): Promise<number> {
  const { required } = expectedTensors(parseConfig(CONFIG));
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const [name, shape] of required) {
    const bytes = 2 * shape.reduce((a, b) => a * b, 1);
    header[name] = { dtype: 'BF16', shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(json.length), true);
  const file = await diskFolder(folder).create('model.safetensors');
  await file.write(length);
  await file.write(json);
  const chunk = new Uint16Array(1 << 21);
  for (let done = 0; done < offset; done += chunk.byteLength) {
    // Sign and fraction at random, exponents around 2^-6: what weights look like.
    for (let i = 0; i < chunk.length; i++) {
      const random = Math.floor(Math.random() * 65536);
      chunk[i] = (random & 0x8000) | ((118 + (random & 3)) << 7) | ((random >> 4) & 127);
    }
    await file.write(new Uint8Array(chunk.buffer, 0, Math.min(chunk.byteLength, offset - done)));
  }
  await file.close();
  for (const [name, text] of Object.entries({ ...TOKENIZER, 'config.json': JSON.stringify(CONFIG) })) await writeFile(join(folder, name), text);
  return (await stat(join(folder, 'model.safetensors'))).size;
}

/** Exports a synthetic checkpoint of more than 2 GB in a process of its own and prints that process's peak memory. */
export const benchExportMemory: Bench = async (args) => {
  const dtypes = args.length ? args : ['q4', 'q8', 'fp32'];
  const root = await mkdtemp(join(tmpdir(), 'solace-memory-'));
  try {
    const { bavail, bsize } = await statfs(root);
    if (bavail * bsize < 8e9) throw new Error(`${tmpdir()} has ${((bavail * bsize) / 1e9).toFixed(1)} GB free; this bench needs 8. Set TMPDIR to another disk.`);
    const bytes = await writeCheckpoint(root);
    console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}`);
    console.log(`Checkpoint: ${(bytes / 1e9).toFixed(2)} GB of BF16 in Mistral 7B's widths, ${CONFIG.num_hidden_layers} layers\n`);
    console.log('dtype   seconds   peak memory of the exporting process');
    for (const dtype of dtypes) {
      const start = performance.now();
      const child = ['--import', 'tsx', '--input-type=module', '-e', CHILD, 'export', '--in', root, '--dtype', dtype, '--out', join(root, dtype)];
      const { stdout } = await run(process.execPath, [...child, '--no-check'], { cwd: join(import.meta.dirname, '..') });
      const peak = Number(/^peak (\d+)$/m.exec(stdout)?.[1]) * 1024;
      console.log(`${dtype.padEnd(8)}${((performance.now() - start) / 1000).toFixed(0).padStart(7)}   ${(peak / 1e6).toFixed(0)} MB`);
      await rm(join(root, dtype), { recursive: true, force: true });
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
};
