/** A bench: prints a table of what it measured, on which machine and with which versions. */
export type Bench = (args: string[]) => Promise<void>;

/** The benches by name. A bench is imported only when it is run. */
const BENCHES: Record<string, { summary: string; load: () => Promise<Bench> }> = {
  chat: {
    summary: 'The embedded model in Chromium on Wasm and WebGPU beside wllama: load, first token, tokens per second, memory.',
    load: async () => (await import('./chat.ts')).benchChat,
  },
  'export-memory': {
    summary: 'Peak memory of exporting a checkpoint of more than 2 GB.',
    load: async () => (await import('./export-memory.ts')).benchExportMemory,
  },
  merge: {
    summary: "Merge and quantise a checkpoint of 1.1 billion parameters beside PEFT and onnxruntime's quantizer: seconds and peak memory.",
    load: async () => (await import('./merge.ts')).benchMerge,
  },
  train: {
    summary: 'A LoRA training step of SmolLM2-135M beside PEFT on torch: tokens per second and peak memory.',
    load: async () => (await import('./train.ts')).benchTrain,
  },
  'train-parity': {
    summary: 'Twenty training steps here and with PEFT on torch: how far losses and adapters come apart.',
    load: async () => (await import('./train-parity.ts')).trainParity,
  },
  'train-accelerate': {
    summary: 'A small run here and with Hugging Face Accelerate in one and two processes: how far the losses come apart.',
    load: async () => (await import('./train-accelerate.ts')).trainAccelerate,
  },
  answers: {
    summary: 'What model folders answer to ten situations, side by side, for a person to read.',
    load: async () => (await import('./answers.ts')).answers,
  },
  compress: {
    summary: 'KeyPOS and NoStopwords over a corpus beside spaCy and NLTK.',
    load: async () => (await import('./compress.ts')).benchCompress,
  },
  metrics: {
    summary: 'Text metrics of 1,590 pairs beside NLTK, sacrebleu and rouge-score in Python.',
    load: async () => (await import('./metrics.ts')).benchMetrics,
  },
};

async function main([name, ...args]: string[]): Promise<void> {
  const bench = name === undefined ? undefined : BENCHES[name];
  if (!bench) {
    console.log('npm run bench -- <name>\n');
    for (const [id, { summary }] of Object.entries(BENCHES)) console.log(`  ${id.padEnd(12)} ${summary}`);
    process.exitCode = name === undefined ? 0 : 1;
    return;
  }
  const run = await bench.load();
  await run(args);
}

await main(process.argv.slice(2));
