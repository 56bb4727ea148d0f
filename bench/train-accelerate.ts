import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseMetrics, type MetricsRow } from '../src/core/training/metrics-row.ts';
import { randomStream } from '../src/core/random/sfc32.ts';
import { writeTinyModel } from '../tests/harness/tiny-model.ts';
import { trainWithAccelerate } from '../trainer/backend/accelerate.ts';
import { openCheckpoint } from '../trainer/files/open.ts';
import { ADAPTER_FILE } from '../src/core/training/peft-config.ts';
import { readWeights } from '../trainer/train/checkpoint.ts';
import { parseRunConfig, type RunConfig } from '../trainer/train/config.ts';
import { claimRun } from '../trainer/train/place.ts';
import { prepareData } from '../trainer/train/prepare.ts';
import { trainRun } from '../trainer/train/run.ts';
import { python } from './python-run.ts';

const FOLDER = '.cache/bench-train/accelerate';
const SHAPE = { hidden_size: 128, intermediate_size: 256, num_hidden_layers: 4, initializer_range: 0.02 };
const WORDS = [
  'the',
  'night',
  'feels',
  'long',
  'and',
  'quiet',
  'today',
  'my',
  'friend',
  'left',
  'because',
  'of',
  'work',
  'you',
  'sound',
  'tired',
  'often',
  'rain',
];

/**
 * Trains the same adapter here and with Accelerate in one and in two processes on this processor, on raw dialogues and
 * on dialogues whose context is compressed, and prints how far the losses differ.
 */
export async function trainAccelerate(): Promise<void> {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  await writeTinyModel(join(FOLDER, 'model'), SHAPE);
  await writeFile(
    join(FOLDER, 'dialogues.jsonl'),
    Array.from({ length: 28 }, (_, i) => `${JSON.stringify(dialogue(i))}\n`).join(''),
  );
  const interpreter = await python('trainer/backend/accelerate/requirements.txt', '.cache/accelerate/venv');
  const table: Record<string, Record<string, number | undefined>> = {};
  for (const representation of ['raw', 'keypos']) {
    const here = await run(`here-${representation}`, representation, 'onnx', 1, interpreter);
    for (const processes of [1, 2]) {
      const there = await run(
        `accelerate-${processes}-${representation}`,
        representation,
        'accelerate',
        processes,
        interpreter,
      );
      const gap = (key: 'trainLoss' | 'evalLoss' | 'gradNorm'): number =>
        Math.max(...here.map((row, i) => (row[key] === undefined ? 0 : Math.abs(row[key] - (there[i]?.[key] ?? NaN)))));
      table[`${representation}, ${processes} processes`] = {
        updates: there.at(-1)?.step,
        'last loss here': value(here, 'trainLoss'),
        'last loss there': value(there, 'trainLoss'),
        'train losses apart': gap('trainLoss'),
        'evaluation losses apart': gap('evalLoss'),
        'gradient norms apart': gap('gradNorm'),
        'adapters apart, relative': await adapterGap(
          `here-${representation}`,
          `accelerate-${processes}-${representation}`,
        ),
      };
    }
  }
  console.table(table);
  if (
    !Object.values(table).every(
      (row) => (row['train losses apart'] ?? NaN) <= 1e-4 && (row['evaluation losses apart'] ?? NaN) <= 1e-4,
    )
  )
    process.exitCode = 1;
}

/** Largest relative difference of a tensor of the two best adapters. */
async function adapterGap(here: string, there: string): Promise<number> {
  const [own, other] = await Promise.all(
    [here, there].map((name) => readWeights(join(FOLDER, name, 'best', ADAPTER_FILE))),
  );
  return Math.max(
    ...[...(own ?? [])].map(([name, data]) => {
      const theirs = other?.get(name);
      const [difference, size] = data.reduce(([d, s], x, i) => [d + (x - (theirs?.[i] ?? NaN)) ** 2, s + x * x], [
        0, 0,
      ] as [number, number]);
      return Math.sqrt(difference / size);
    }),
  );
}

function value(rows: readonly MetricsRow[], key: 'trainLoss' | 'evalLoss'): number | undefined {
  return rows.filter((row) => row[key] !== undefined).at(-1)?.[key];
}

/** An update always has two passes: one after the other, or one in each of two processes. */
async function run(
  name: string,
  representation: string,
  backend: RunConfig['backend'],
  processes: number,
  interpreter: string,
): Promise<MetricsRow[]> {
  const config = parseRunConfig(
    {
      model: join(FOLDER, 'model'),
      out: join(FOLDER, name),
      backend,
      devices: processes,
      data: { format: 'chat', train: join(FOLDER, 'dialogues.jsonl'), evalShare: 0.15, representation },
      lora: { rank: 8, alpha: 16, dropout: 0 },
      train: { epochs: 1, learningRate: 2e-3, accumulate: 2 / processes, evalEvery: 6 },
    },
    'bench',
  );
  const { checkpoint, close } = await openCheckpoint(config.model);
  const data = await prepareData(checkpoint, config);
  const print = (line: string): void => console.log(line);
  const place = await claimRun(config.out, { fresh: true });
  if (backend === 'onnx') await trainRun(checkpoint, config, data, place);
  else
    await trainWithAccelerate(checkpoint, config, data, place, {
      dryRun: false,
      python: interpreter,
      onRow: () => undefined,
      print,
    });
  await close();
  await place.close();
  return parseMetrics(await readFile(join(config.out, 'metrics.jsonl'), 'utf8'), config.out);
}

function dialogue(seed: number): { stratum: string; messages: { role: string; content: string }[] } {
  const random = randomStream(5, seed);
  const sentence = (): string =>
    Array.from({ length: 4 + Math.floor(random() * 5) }, () => WORDS[Math.floor(random() * WORDS.length)]).join(' ');
  return {
    stratum: `${seed % 2}`,
    messages: Array.from({ length: 4 }, (_, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content: sentence() })),
  };
}
