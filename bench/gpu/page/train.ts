import { fineTune, type TrainingEvent } from '../../../src/lab/training.ts';
import { median } from '../../../src/core/statistics/descriptive.ts';
import type { Bench } from './bench.ts';

/** LoRA training in a worker of the page, with the stages that it goes through before its first update. */
export async function measureTraining({ plan, report, secondsLeft }: Bench): Promise<void> {
  const { dialogues, maxTokens, layers, updates } = plan.training;
  const before = secondsLeft();
  const elapsedMs = (): number => (before - secondsLeft()) * 1000;
  const stop = new AbortController();
  const rows: { loss: number; tokensPerSecond: number }[] = [];
  let stage = '';
  let firstUpdateMs: number | undefined;
  const onProgress = (event: TrainingEvent): void => {
    if (event.type === 'reading') {
      if (event.stage === stage) return;
      stage = event.stage;
      report({ type: 'note', text: `after ${(elapsedMs() / 1000).toFixed(1)} s: ${stage}` });
    } else if (event.type === 'update') {
      firstUpdateMs ??= elapsedMs();
      rows.push({ loss: event.row.trainLoss ?? NaN, tokensPerSecond: event.row.tokensPerSecond ?? NaN });
      // Room for the update that is on its way.
      if (secondsLeft() < 2 + (2 * (elapsedMs() - firstUpdateMs)) / 1000 / rows.length) stop.abort();
    }
  };
  await fineTune({
    dialogues: dialogues.map(({ id, said }) => ({
      id,
      utterances: said.map((text, i) => ({
        speaker: i % 2 === 0 ? ('seeker' as const) : ('supporter' as const),
        text,
      })),
    })),
    device: 'webgpu',
    maxTokens,
    lora: { layers },
    epochs: Math.ceil(updates / dialogues.length),
    maxSteps: updates,
    onProgress,
    signal: stop.signal,
  });
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) throw new Error('The run ended without an update.');
  const later = rows.length > 1 ? rows.slice(1) : rows;
  report({
    type: 'trained',
    updates: rows.length,
    firstUpdateMs: firstUpdateMs ?? NaN,
    tokensPerSecond: median(later.map(({ tokensPerSecond }) => tokensPerSecond)),
    firstLoss: first.loss,
    lastLoss: last.loss,
  });
}
