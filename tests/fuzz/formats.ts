import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { deserialize, transpile, type Cell } from '@observablehq/notebook-kit';
import { DOMParser } from 'linkedom';
import { append, createConversation } from '../../src/core/conversation/tree.ts';
import { exportConversations, importConversations } from '../../src/core/conversation/exchange.ts';
import { readDataset } from '../../src/core/dataset/read.ts';
import { tinyCheckpoint } from '../../src/core/engine/testing/tiny-model.ts';
import { matrixShape, readRows, type Checkpoint } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { exportOnnx } from '../../src/core/formats/export/export.ts';
import { checkpointToGguf } from '../../src/core/formats/gguf/from-checkpoint.ts';
import { writeSafetensors } from '../../src/core/formats/safetensors/write.ts';
import { adapterToGguf } from '../../src/core/training/merge/to-gguf.ts';
import { parsePlan } from '../../src/core/evaluation/plan.ts';
import { parseRunFile, writeRunFile } from '../../src/core/table/run-file.ts';
import { openExportedFolder } from '../../trainer/export/folder.ts';
import { openCheckpoint } from '../../trainer/files/open.ts';
import { diskFolder } from '../../trainer/files/sink.ts';
import { openAdapterPath } from '../../trainer/files/open-adapter.ts';
import { writeTinyModel } from '../harness/tiny-model.ts';
import { DATASETS } from './datasets.ts';
import type { Files } from './mutate.ts';

/** A file format that the lab may receive from strangers. */
export interface FuzzFormat {
  name: string;
  /** Valid inputs; mutants are made from each in turn. */
  inputs(): Promise<Files[]>;
  /** Reads everything in an input, as the product does. The same content gives the same text. */
  load(files: Files): Promise<string>;
  /** Whether hashes protect the files, so that a mutant that loads with other content is a bug. */
  hashed?: true;
}

/** Models, adapters, datasets and what the lab itself exports. */
export const FUZZ_FORMATS: readonly FuzzFormat[] = [
  {
    name: 'GGUF',
    inputs: async () => [
      await written(async (folder) => {
        const file = await diskFolder(folder).create('tiny.gguf');
        await checkpointToGguf(tinyCheckpoint(), file, { name: 'tiny', type: 'F16' });
        await file.close();
      }),
    ],
    load: (files) => onDisk(files, (folder) => withCheckpoint(openCheckpoint(join(folder, 'tiny.gguf')))),
  },
  {
    name: 'safetensors',
    inputs: async () => [await written((folder) => writeTinyModel(folder))],
    load: (files) => onDisk(files, (folder) => withCheckpoint(openCheckpoint(folder))),
  },
  {
    name: 'ONNX',
    hashed: true,
    inputs: async () => [
      await written(async (folder) => {
        await exportOnnx(tinyCheckpoint(), diskFolder(folder), {
          dtype: 'q4',
          name: 'tiny',
          source: 'fuzzing',
          licence: 'none',
        });
      }),
    ],
    load: (files) => onDisk(files, (folder) => withCheckpoint(openExportedFolder(folder))),
  },
  {
    name: 'adapter',
    inputs: async () => [await written(writeAdapter), await written(writeGgufAdapter)],
    load: (files) => onDisk(files, loadAdapter),
  },
  {
    name: 'dataset',
    inputs: () =>
      Promise.resolve(
        DATASETS.map(
          (parts) => new Map(Object.entries(parts).map(([name, text]) => [name, new TextEncoder().encode(text)])),
        ),
      ),
    async load(files) {
      const { dialogues, bad } = await readDataset(
        [...files].map(([name, bytes]) => new File([Uint8Array.from(bytes)], name)),
      );
      return JSON.stringify([dialogues, bad]);
    },
  },
  {
    name: 'run file',
    inputs: () => Promise.resolve([text('run.json', runFile())]),
    load: async (files) => JSON.stringify(parseRunFile(textOf(files, 'run.json'), 'run.json')),
  },
  {
    name: 'conversations',
    inputs: () => Promise.resolve([text('conversations.json', conversations())]),
    load: async (files) =>
      JSON.stringify(await importConversations(textOf(files, 'conversations.json')), (_, value: unknown) =>
        value instanceof Map ? [...value] : value,
      ),
  },
  {
    name: 'notebook',
    inputs: async () => [
      text(
        'notebook.html',
        await readFile(new URL('../../notebooks/which-words-matter.html', import.meta.url), 'utf8'),
      ),
    ],
    load: async (files) => {
      const notebook = deserialize(textOf(files, 'notebook.html'), {
        parser: new DOMParser() as unknown as globalThis.DOMParser,
      });
      return JSON.stringify([notebook, notebook.cells.map(soundCode)]);
    },
  },
];

/** A cell of broken code is shown with its error; it must not stop the notebook from opening. */
function soundCode(cell: Cell): string {
  try {
    return transpile(cell).body;
  } catch (error) {
    if (error instanceof SyntaxError) return 'a syntax error';
    throw error;
  }
}

const text = (name: string, content: string): Files => new Map([[name, new TextEncoder().encode(content)]]);
const textOf = (files: Files, name: string): string => new TextDecoder().decode(files.get(name));

/** What `write` writes into a folder. */
async function written(write: (folder: string) => Promise<void>): Promise<Files> {
  const folder = await mkdtemp(join(tmpdir(), 'solace-fuzz-'));
  try {
    await write(folder);
    const paths = (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((each) => each.isFile())
      .map((each) => join(each.parentPath, each.name));
    return new Map(
      await Promise.all(
        paths.sort().map(async (path) => [relative(folder, path), new Uint8Array(await readFile(path))] as const),
      ),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function onDisk(files: Files, load: (folder: string) => Promise<string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'solace-fuzz-'));
  try {
    for (const [path, bytes] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
    }
    return await load(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function withCheckpoint(
  opening: Promise<{ checkpoint: Checkpoint; close: () => Promise<void> }>,
): Promise<string> {
  const { checkpoint, close } = await opening;
  try {
    const hash = createHash('sha256');
    for (const [name, info] of checkpoint.tensors) {
      hash.update(name);
      hash.update(new Uint8Array((await readRows(checkpoint, name, 0, matrixShape(info).rows)).buffer));
    }
    for (const [name, content] of checkpoint.files) hash.update(`${name}\n${content}`);
    return `${checkpoint.name === '' ? 'unnamed' : ''}${JSON.stringify(checkpoint.config)} ${hash.digest('hex')}`;
  } finally {
    await close();
  }
}

const RANK = 2;

async function writeAdapter(folder: string): Promise<void> {
  const settings = {
    peft_type: 'LORA',
    r: RANK,
    lora_alpha: 4,
    target_modules: ['q_proj', 'v_proj'],
    bias: 'none',
    base_model_name_or_path: 'tiny',
  };
  await writeFile(join(folder, 'adapter_config.json'), JSON.stringify(settings));
  const sizes: [module: string, rows: number][] = [
    ['q_proj', 64],
    ['v_proj', 32],
  ];
  const tensors = sizes.flatMap(([module, rows]) => [
    {
      name: `base_model.model.model.layers.0.self_attn.${module}.lora_A.weight`,
      shape: [RANK, 64],
      data: ramp(RANK * 64),
    },
    {
      name: `base_model.model.model.layers.0.self_attn.${module}.lora_B.weight`,
      shape: [rows, RANK],
      data: ramp(rows * RANK),
    },
  ]);
  const file = await diskFolder(folder).create('adapter_model.safetensors');
  await writeSafetensors(file, tensors);
  await file.close();
}

/** The same as a GGUF file. */
async function writeGgufAdapter(folder: string): Promise<void> {
  const peft = join(folder, 'peft');
  await mkdir(peft);
  await writeAdapter(peft);
  const { adapter, close } = await openAdapterPath(peft);
  const file = await diskFolder(folder).create('adapter.gguf');
  await adapterToGguf(adapter, file, { config: tinyCheckpoint().config, type: 'Q8_0', name: 'fuzzed', base: 'tiny' });
  await Promise.all([file.close(), close()]);
  await rm(peft, { recursive: true });
}

const ramp = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => i / length);

async function loadAdapter(folder: string): Promise<string> {
  const { adapter, close } = await openAdapterPath(folder);
  try {
    const hash = createHash('sha256');
    for (const [module, { scaling }] of adapter.modules) {
      hash.update(`${module} ${scaling}`);
      const { a, b } = await adapter.factors(module, 16);
      for (const half of [a, b]) hash.update(new Uint8Array(half.buffer));
    }
    return hash.digest('hex');
  } finally {
    await close();
  }
}

function runFile(): string {
  const plan = parsePlan({
    format: 'solace-lab-plan',
    version: 1,
    name: 'Fuzzed',
    dataset: { name: 'made up', source: 'built-in' },
    models: [{ kind: 'lab', id: 'm', name: 'M' }],
    histories: [{ method: 'last', k: 2 }],
  });
  const records = [1, 3].map((turn) => ({
    model: 'm',
    representation: 'raw',
    dialogue: 'd',
    turn,
    reference: 'That is hard.',
    hypothesis: 'I hear you.',
    promptTokens: 12,
    leftOut: 0,
    nll: { sum: 4.5, tokens: 3 },
    timing: { newTokens: 3, firstTokenMs: 10, decodeMs: 20, totalMs: 30 },
    scores: { rougeL: [0.5, 0.5, 0.5] as [number, number, number], chrf2: 20 },
  }));
  const judge = { id: 'j', name: 'Judge', rounds: 1, begunAt: 0 };
  const verdicts = records.map(({ model, representation, dialogue, turn }) => ({
    judge: 'j',
    model,
    representation,
    dialogue,
    turn,
    round: 0,
    scores: { engagement: 1, comforting: 2, appropriateness: 3, suggestion: 4 },
    refused: false,
    unreadable: 0,
    repaired: false,
  }));
  return writeRunFile(plan, records.length, records, [judge], verdicts);
}

function conversations(): string {
  let now = 0;
  const clock = { now: () => ++now, newId: () => `id-${++now}` };
  let conversation = createConversation('Be kind.', clock);
  for (const [i, said] of ['I lost my keys again', 'Where did you look?', 'Everywhere', 'That is tiring.'].entries()) {
    conversation = append(
      conversation,
      { speaker: i % 2 === 0 ? 'seeker' : 'supporter', text: said },
      { clock },
    ).conversation;
  }
  return exportConversations([conversation], new Date(0));
}
