import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openCheckpoint } from '../../trainer/files/open.ts';
import { parseRunConfig, type RunConfig } from '../../trainer/train/config.ts';
import { parseMetrics, type MetricsRow } from '../../src/core/training/metrics-row.ts';
import { claimRun, type PlaceOptions } from '../../trainer/train/place.ts';
import { prepareData } from '../../trainer/train/prepare.ts';
import { trainRun, type RunResult } from '../../trainer/train/run.ts';
import { writeTinyModel } from './tiny-model.ts';

/** Makes a folder with a tiny model and twenty dialogues for the tests of a file, and removes it after them. */
export function useTinyRuns(): TinyRuns {
  const runs = new TinyRuns(mkdtempSync(join(tmpdir(), 'train-')));
  beforeAll(() => runs.write());
  afterAll(() => rm(runs.folder, { recursive: true, force: true }));
  return runs;
}

/** Runs in such a folder. The functions can be taken apart. */
class TinyRuns {
  constructor(readonly folder: string) {}

  async write(): Promise<void> {
    const { folder } = this;
    await writeTinyModel(join(folder, 'model'));
    const words = [
      'hello there',
      'I feel low today',
      'that sounds hard',
      'tell me more',
      'it is my job',
      'you are not alone',
    ];
    const dialogue = (n: number): unknown => ({
      problem_type: n % 2 ? 'job crisis' : 'breakup',
      dialog: Array.from({ length: 4 }, (_, i) => ({
        speaker: i % 2 ? 'sys' : 'usr',
        text: `${words[(n + i) % 6] ?? ''} ${n}`,
      })),
    });
    await writeFile(
      join(folder, 'data.jsonl'),
      Array.from({ length: 20 }, (_, n) => JSON.stringify(dialogue(n))).join('\n'),
    );
  }

  readonly path = (name: string): string => join(this.folder, name);

  readonly config = (
    out: string,
    train: Partial<RunConfig['train']> = {},
    data: Record<string, unknown> = {},
  ): RunConfig =>
    parseRunConfig(
      {
        model: this.path('model'),
        out: this.path(out),
        data: { train: this.path('data.jsonl'), evalShare: 0.2, ...data },
        lora: { rank: 4, alpha: 8, dropout: 0.2 },
        train: { epochs: 2, learningRate: 0.01, threads: 1, ...train },
      },
      'test',
    );

  readonly run = async (settings: RunConfig, how: PlaceOptions = {}, signal?: AbortSignal): Promise<RunResult> => {
    const place = await claimRun(settings.out, how);
    const { checkpoint, close } = await openCheckpoint(settings.model);
    try {
      return await trainRun(checkpoint, settings, await prepareData(checkpoint, settings), place, {
        ...(signal && { signal }),
      });
    } finally {
      await close();
      await place.close();
    }
  };

  readonly metrics = (out: string): MetricsRow[] =>
    parseMetrics(readFileSync(this.path(`${out}/metrics.jsonl`), 'utf8'), out);

  readonly losses = (out: string): number[] =>
    this.metrics(out).map(({ trainLoss, evalLoss }) => trainLoss ?? evalLoss ?? NaN);

  /** Lines of metrics.jsonl so far. */
  readonly lines = (out: string): number => {
    const path = this.path(`${out}/metrics.jsonl`);
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
  };
}
