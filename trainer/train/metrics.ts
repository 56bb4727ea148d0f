import type { MetricsRow } from '../../src/core/training/metrics-row.ts';
import { readIfPresent } from '../../src/node/read-file.ts';
import { appendLine, replaceFile } from '../../src/node/write-file.ts';

export type { MetricsRow };

/** Name of a run's metrics in its folder. */
export const METRICS_FILE = 'metrics.jsonl';

/** Appends to `metrics.jsonl`. */
export class MetricsLog {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws {LabError} `quota` when the disk is full. */
  async append(row: MetricsRow): Promise<void> {
    await appendLine(this.#path, row, '--set out=');
  }

  /**
   * Removes what was written after `step`, because a resumed run writes it again. An incomplete last line is removed,
   * too.
   * @throws {LabError} `io` when the file cannot be read, `quota` when the disk is full.
   */
  async rewind(step: number): Promise<void> {
    const text = await readIfPresent(this.#path);
    if (text === undefined) return;
    const kept = text.split('\n').filter((line) => (stepOf(line) ?? Infinity) <= step);
    await replaceFile(this.#path, kept.map((line) => `${line}\n`).join(''), '--set out=');
  }
}

function stepOf(line: string): number | undefined {
  try {
    return (JSON.parse(line) as MetricsRow).step;
  } catch {
    return undefined;
  }
}
