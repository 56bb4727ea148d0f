import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCheckpoint } from '../../trainer/files/open.ts';
import { parseRunConfig, type RunConfig } from '../../trainer/train/config.ts';
import { parseMetrics, type MetricsRow } from '../../src/core/training/metrics-row.ts';
import { claimRun, type PlaceOptions } from '../../trainer/train/place.ts';
import { prepareData } from '../../trainer/train/prepare.ts';
import { trainRun, type RunResult } from '../../trainer/train/run.ts';
import { writeTinyModel } from './tiny-model.ts';

/** A folder with a tiny model and twenty dialogues, and runs in it. */
export class TinyRuns {
  private constructor(readonly folder: string) {}

  static async create(): Promise<TinyRuns> {
    const folder = await mkdtemp(join(tmpdir(), 'train-'));
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
    return new TinyRuns(folder);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  config(out: string, train: Partial<RunConfig['train']> = {}, data: Record<string, unknown> = {}): RunConfig {
    return parseRunConfig(
      {
        model: this.path('model'),
        out: this.path(out),
        data: { train: this.path('data.jsonl'), evalShare: 0.2, ...data },
        lora: { rank: 4, alpha: 8, dropout: 0.2 },
        train: { epochs: 2, learningRate: 0.01, threads: 1, ...train },
      },
      'test',
    );
  }

  async run(settings: RunConfig, how: PlaceOptions = {}, signal?: AbortSignal): Promise<RunResult> {
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
  }

  metrics(out: string): MetricsRow[] {
    return parseMetrics(readFileSync(this.path(`${out}/metrics.jsonl`), 'utf8'), out);
  }

  losses(out: string): number[] {
    return this.metrics(out).map(({ trainLoss, evalLoss }) => trainLoss ?? evalLoss ?? NaN);
  }

  /** Lines of metrics.jsonl so far. */
  lines(out: string): number {
    const path = this.path(`${out}/metrics.jsonl`);
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
