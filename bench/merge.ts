import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Bench } from './bench.ts';
import { MISTRAL_WIDTHS } from './export-memory.ts';
import { measureTrainer, type Measured, needSpace, writeAdapter, writeCheckpoint } from './synthetic.ts';
import { python } from './python-run.ts';

const execute = promisify(execFile);

/** TinyLlama's shape: 1.1 billion parameters. */
const BILLION = {
  model_type: 'llama',
  architectures: ['LlamaForCausalLM'],
  hidden_size: 2048,
  intermediate_size: 5632,
  num_hidden_layers: 22,
  num_attention_heads: 32,
  num_key_value_heads: 4,
  vocab_size: 32000,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  max_position_embeddings: 2048,
  tie_word_embeddings: false,
  hidden_act: 'silu',
  torch_dtype: 'bfloat16',
};
const TARGETS = ['q_proj', 'k_proj', 'v_proj', 'o_proj'];
const RANK = 64;

interface PythonMeasured extends Measured {
  versions: Record<string, string>;
  parts: Record<string, number>;
}

/**
 * Merges an adapter into a synthetic checkpoint and quantises it to 4 bits, here and in Python; then shows the peak for
 * Mistral 7B's widths with two, four and eight layers. For a quick run: `merge <layers> <layers to measure>…`.
 */
export const benchMerge: Bench = async ([layers, ...depths]) => {
  const root = await mkdtemp(join(tmpdir(), 'solace-merge-'));
  try {
    await needSpace(root, 14e9);
    const config = { ...BILLION, ...(layers !== undefined && { num_hidden_layers: Number(layers) }) };
    const [base, adapter] = [join(root, 'base'), join(root, 'adapter')];
    const bytes = await writeCheckpoint(base, config);
    await writeAdapter(adapter, config, RANK, TARGETS);
    console.log(
      `Checkpoint: ${(bytes / 1e9).toFixed(2)} GB of BF16, ${config.num_hidden_layers} layers of TinyLlama's ` +
        `widths; adapter of rank ${RANK} on ${TARGETS.join(', ')}`,
    );
    const own = await mergeHere(base, adapter, join(root, 'own'));
    const theirs = await mergeInPython(base, adapter, join(root, 'theirs'));
    const { versions, parts } = theirs;
    console.log(
      `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} threads, Node ${process.version}, ${Object.entries(
        versions,
      )
        .map(([name, version]) => `${name} ${version}`)
        .join(', ')}`,
    );
    console.table({
      'here (merge while exporting to q4)': row(own),
      "PEFT's merge and onnxruntime's quantizer": row(theirs),
      ratio: { seconds: round(theirs.seconds / own.seconds), 'peak MB': round(own.peakBytes / theirs.peakBytes) },
    });
    console.log(
      `Python's seconds by step: ${Object.entries(parts)
        .map(([name, seconds]) => `${name} ${seconds.toFixed(1)}`)
        .join(', ')}`,
    );
    await Promise.all(
      ['own', 'theirs', 'base', 'adapter'].map((name) => rm(join(root, name), { recursive: true, force: true })),
    );
    await showDepth(root, depths.length > 0 ? depths.map(Number) : [2, 4, 8]);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
};

/** 4 bits for every layer matrix, merged ones included, as the quantizer in Python does. */
function mergeHere(base: string, adapter: string, out: string): Promise<Measured> {
  return measureTrainer([
    'export',
    '--in',
    base,
    '--adapter',
    adapter,
    '--dtype',
    'q4',
    '--adapted-bits',
    '4',
    '--out',
    out,
    '--no-check',
  ]);
}

async function mergeInPython(base: string, adapter: string, out: string): Promise<PythonMeasured> {
  const file = await python('bench/python/requirements-merge.txt', '.cache/bench-merge/venv');
  const start = performance.now();
  const { stdout } = await execute(file, ['bench/python/merge_quantise.py', base, adapter, out], {
    maxBuffer: 1 << 28,
  });
  const seconds = (performance.now() - start) / 1000;
  return { ...(JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Omit<PythonMeasured, 'seconds'>), seconds };
}

/** Memory must not grow with the number of layers. */
async function showDepth(root: string, depths: readonly number[]): Promise<void> {
  const peaks: Record<string, Record<string, number>> = {};
  for (const depth of depths) {
    const config = { ...MISTRAL_WIDTHS, num_hidden_layers: depth };
    const [base, adapter, out] = [join(root, 'base'), join(root, 'adapter'), join(root, 'out')];
    await writeCheckpoint(base, config);
    await writeAdapter(adapter, config, RANK, TARGETS);
    peaks[`Mistral 7B's widths, ${depth} layers`] = row(await mergeHere(base, adapter, out));
    await Promise.all([base, adapter, out].map((path) => rm(path, { recursive: true, force: true })));
  }
  console.table(peaks);
}

function row({ seconds, peakBytes }: Measured): Record<string, number> {
  return { seconds: round(seconds), 'peak MB': Math.round(peakBytes / 1e6) };
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
