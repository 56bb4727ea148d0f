import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { measureTrainer, needSpace, writeCheckpoint } from './synthetic.ts';

/** Mistral 7B's widths, with as many layers as make a bit more than 2 GB of BF16. */
export const MISTRAL_WIDTHS = {
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

/** Exports a synthetic checkpoint of more than 2 GB in a separate process and prints its peak memory. */
export const benchExportMemory: Bench = async (args) => {
  const dtypes = args.length ? args : ['q4', 'q8', 'fp32'];
  const root = await mkdtemp(join(tmpdir(), 'solace-memory-'));
  try {
    await needSpace(root, 8e9);
    const bytes = await writeCheckpoint(root, MISTRAL_WIDTHS);
    console.log(
      `${cpus()[0]?.model ?? 'unknown processor'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}`,
    );
    console.log(
      `Checkpoint: ${(bytes / 1e9).toFixed(2)} GB of BF16 in Mistral 7B's widths, ` +
        `${MISTRAL_WIDTHS.num_hidden_layers} layers\n`,
    );
    console.log('dtype   seconds   peak memory of the exporting process');
    for (const dtype of dtypes) {
      const { seconds, peakBytes } = await measureTrainer([
        'export',
        '--in',
        root,
        '--dtype',
        dtype,
        '--out',
        join(root, dtype),
        '--no-check',
      ]);
      console.log(`${dtype.padEnd(8)}${seconds.toFixed(0).padStart(7)}   ${(peakBytes / 1e6).toFixed(0)} MB`);
      await rm(join(root, dtype), { recursive: true, force: true });
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
};
