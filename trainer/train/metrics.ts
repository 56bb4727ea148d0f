import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import { diskError } from '../files/sink.ts';

/** A line of `metrics.jsonl`: one for each update, one for each evaluation. */
export interface MetricsRow {
  /** Updates made so far. */
  step: number;
  /** Epochs, in fractions. */
  epoch: number;
  /** Mean negative log-likelihood of a label in nats: of the update's batch, with dropout. */
  trainLoss?: number;
  /** The same over the evaluation part, without dropout. */
  evalLoss?: number;
  learningRate?: number;
  /** Norm of the gradient before clipping. */
  gradNorm?: number;
  tokensPerSecond?: number;
}

/** Appends to `metrics.jsonl`. */
export class MetricsLog {
  constructor(private readonly path: string) {}

  /** @throws {LabError} quota when the disk is full. */
  async append(row: MetricsRow): Promise<void> {
    await appendFile(this.path, `${JSON.stringify(row)}\n`).catch((error: unknown) => {
      throw diskError(error, this.path);
    });
  }

  /** Forgets what was written after `step`, since a resumed run writes it again. A torn last line vanishes too. */
  async rewind(step: number): Promise<void> {
    const text = await readFile(this.path, 'utf8').catch(() => '');
    const kept = text.split('\n').filter((line) => (stepOf(line) ?? Infinity) <= step);
    await writeFile(`${this.path}.partial`, kept.map((line) => `${line}\n`).join(''));
    await rename(`${this.path}.partial`, this.path);
  }
}

function stepOf(line: string): number | undefined {
  try {
    return (JSON.parse(line) as MetricsRow).step;
  } catch {
    return undefined;
  }
}
