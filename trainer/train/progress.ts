import { formatDuration } from '../../src/core/units.ts';
import type { MetricsRow } from './metrics.ts';

/** A progress line for a run: updated in place on a terminal, printed for every tenth update in a log. */
export class TrainingProgress {
  readonly #start = performance.now();
  #first: number | undefined;
  #smoothed: number | undefined;
  readonly #live = process.stderr.isTTY;

  show(row: MetricsRow, { updates }: { updates: number }): void {
    if (row.evalLoss !== undefined) {
      const transfer = row.transferLoss === undefined ? '' : `; transfer loss ${row.transferLoss.toFixed(4)}`;
      const perplexity = Math.exp(row.evalLoss).toFixed(2);
      this.#print(
        `step ${row.step}: evaluation loss ${row.evalLoss.toFixed(4)}, perplexity ${perplexity}${transfer}`,
        true,
      );
      return;
    }
    const loss = row.trainLoss ?? NaN;
    this.#smoothed = this.#smoothed === undefined ? loss : 0.95 * this.#smoothed + 0.05 * loss;
    const done = row.step;
    this.#first ??= done - 1;
    const left = ((performance.now() - this.#start) / (done - this.#first)) * (updates - done);
    const filled = Math.round((20 * done) / updates);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(20 - filled)}`;
    const line =
      `${bar} ${done}/${updates}  epoch ${row.epoch.toFixed(2)}  loss ${this.#smoothed.toFixed(4)}  ` +
      `${row.tokensPerSecond?.toFixed(0) ?? '?'} tokens/s  ${formatDuration(left)} left`;
    if (this.#live) this.#print(line, false);
    else if (done % 10 === 0 || done === 1 || done === updates) this.#print(line, true);
  }

  #print(line: string, newLine: boolean): void {
    process.stderr.write(`${this.#live ? '\r\x1b[2K' : ''}${line}${newLine ? '\n' : ''}`);
  }
}
