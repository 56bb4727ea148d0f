import { runCommandLine, type Commands } from '../src/node/command-line.ts';
import { defineCommand, type Option } from '../src/node/command-options.ts';
import type { Bench } from './bench.ts';

interface Entry {
  summary: string;
  load: () => Promise<Bench>;
  /** The positional arguments of the benchmark, if any: their name, and an example. */
  takes?: { name: string; value: string; about: string; otherwise?: string; example: string };
}

/** The benchmarks by name. A benchmark is imported only when it is run. */
const BENCHES: Record<string, Entry> = {
  chat: {
    summary:
      'The embedded model in Chromium on Wasm and WebGPU vs. wllama: load, first token, tokens per second, memory.',
    load: async () => (await import('./chat.ts')).benchChat,
    takes: {
      name: 'device',
      value: 'DEVICE',
      about: 'wasm to leave out WebGPU, which takes minutes in software.',
      otherwise: 'both',
      example: 'wasm',
    },
  },
  'export-memory': {
    summary: 'Peak memory of exporting a checkpoint of more than 2 GB.',
    load: async () => (await import('./export-memory.ts')).benchExportMemory,
    takes: {
      name: 'dtype',
      value: 'DTYPE',
      about: 'The types to export to.',
      otherwise: 'q4, q8 and fp32',
      example: 'q4',
    },
  },
  merge: {
    summary:
      "Merge and quantise a checkpoint of 1.1 billion parameters vs. PEFT and onnxruntime's quantizer: seconds " +
      'and peak memory.',
    load: async () => (await import('./merge.ts')).benchMerge,
    takes: {
      name: 'layers',
      value: 'N',
      about: 'Layers of the checkpoint, then of those whose peak is measured.',
      otherwise: '22, then 2, 4 and 8',
      example: '2 2',
    },
  },
  'merge-adapter': {
    summary: 'Merge an adapter of rank 64 into the embedded model as the page does when it loads one: seconds.',
    load: async () => (await import('./merge-adapter.ts')).benchMergeAdapter,
  },
  'long-use': {
    summary: 'The page with 2,000 conversations, 300 messages and 10,000 records: its longest tasks and its nodes.',
    load: async () => (await import('./long-use.ts')).benchLongUse,
    takes: {
      name: 'part',
      value: 'PART',
      about: "evaluation to measure what of a run's time the model takes instead.",
      otherwise: 'long lists',
      example: 'evaluation',
    },
  },
  train: {
    summary: 'A LoRA training step of SmolLM2-135M vs. PEFT on torch: tokens per second and peak memory.',
    load: async () => (await import('./train.ts')).benchTrain,
    takes: {
      name: 'plan',
      value: 'VALUE',
      about: 'Tokens, steps, type of the base, rounds, in this order.',
      otherwise: '512 6 fp32 3',
      example: '512 4 q4 1',
    },
  },
  'train-parity': {
    summary: 'Twenty training steps here and with PEFT on torch: how far losses and adapters differ.',
    load: async () => (await import('./train-parity.ts')).trainParity,
  },
  'train-accelerate': {
    summary:
      'A small run here and with Hugging Face Accelerate in one and two processes: how far the losses come apart.',
    load: async () => (await import('./train-accelerate.ts')).trainAccelerate,
  },
  adapters: {
    summary: 'What an adapter does here, in PEFT and in llama.cpp: how far the log-likelihoods differ.',
    load: async () => (await import('./adapter-parity.ts')).adapterParity,
    takes: { name: 'model', value: 'PATH', about: 'The base, then the adapter.', example: 'base runs/mine/best' },
  },
  reading: {
    summary: 'Replies of model folders to forty situations, and a sheet for people to read without the names.',
    load: async () => (await import('./reading/replies.ts')).writeReading,
    takes: {
      name: 'folder',
      value: 'FOLDER',
      about: 'The folder for the results, then folders that export wrote.',
      example: 'docs/readings/mine models/base models/tuned',
    },
  },
  'reading-count': {
    summary: 'Which replies readers preferred, and how far they agree.',
    load: async () => (await import('./reading/count.ts')).countReading,
    takes: { name: 'folder', value: 'FOLDER', about: 'The folder of the results.', example: 'docs/readings/mine' },
  },
  'context-plan': {
    summary: 'Print the plan of a run at equal budgets: perplexity of the next reply by how tokens are spent.',
    load: async () => (await import('./context-plan.ts')).writeContextPlan,
    takes: {
      name: 'sample',
      value: 'VALUE',
      about: 'Dataset, dialogues, turns per dialogue, model, budgets in tokens, in this order.',
      otherwise: 'solace-test 100 1, solace, 128 to 512',
      example: 'solace-test 6 1',
    },
  },
  'assist-contexts': {
    summary: 'What trainer/ranker/sample.py replies to, to measure best of four and similar exchanges.',
    load: async () => (await import('./assist/contexts.ts')).printContexts,
  },
  'assist-choose': {
    summary: 'A sheet for blind reading and metrics from the replies that sample.py wrote.',
    load: async () => (await import('./assist/choose.ts')).chooseReplies,
    takes: {
      name: 'path',
      value: 'PATH',
      about: 'The folder for the results, then the file of replies.',
      example: 'docs/readings/mine candidates.jsonl',
    },
  },
  compress: {
    summary: 'KeyPOS and NoStopwords over a corpus vs. spaCy and NLTK.',
    load: async () => (await import('./compress.ts')).benchCompress,
  },
  metrics: {
    summary: 'Text metrics of 1,590 pairs vs. NLTK, sacrebleu and rouge-score in Python.',
    load: async () => (await import('./metrics.ts')).benchMetrics,
  },
};

function commandOf({ summary, load, takes }: Entry) {
  const options: Record<string, Option & { many: true }> = takes
    ? {
        [takes.name]: {
          kind: 'text',
          many: true,
          value: takes.value,
          about: takes.about,
          ...(takes.otherwise === undefined ? { required: true } : { otherwise: takes.otherwise }),
        },
      }
    : {};
  return defineCommand({
    summary,
    options,
    ...(takes && { operand: takes.name }),
    examples: ['', ...(takes ? [takes.example] : [])].slice(takes && takes.otherwise === undefined ? 1 : 0),
    async run(values, _print, signal) {
      const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      const bench = await load();
      await Promise.race([bench(takes ? (values[takes.name] ?? []) : []), stopped]);
    },
  });
}

const COMMANDS: Commands = {
  ...Object.fromEntries(
    Object.entries(BENCHES).map(([name, entry]) => [name, () => Promise.resolve(commandOf(entry))]),
  ),
  gpu: async () => (await import('./gpu/command.ts')).gpuCommand,
};

// A stopped benchmark has children and servers that would keep the process alive.
process.exit(await runCommandLine('npm run bench --', COMMANDS, process.argv.slice(2)));
