export const SCHEDULES = ['constant', 'linear', 'cosine'] as const;
export type ScheduleName = (typeof SCHEDULES)[number];

export interface Schedule {
  name: ScheduleName;
  /** The peak learning rate. */
  rate: number;
  /** Number of updates over which the rate rises from 0. */
  warmup: number;
  /** Number of updates in the whole run. */
  total: number;
}

/** Share of the peak rate by progress (0 at the end of warm-up, 1 at the end of the run). */
const DECAY: Record<ScheduleName, (progress: number) => number> = {
  constant: () => 1,
  linear: (progress) => 1 - progress,
  cosine: (progress) => (1 + Math.cos(Math.PI * progress)) / 2,
};

/** Learning rate of an update counted from 0, as the schedules of Hugging Face Transformers define it. */
export function learningRate({ name, rate, warmup, total }: Schedule, step: number): number {
  if (step < warmup) return (rate * step) / Math.max(1, warmup);
  const progress = (step - warmup) / Math.max(1, total - warmup);
  return rate * Math.max(0, DECAY[name](Math.min(1, progress)));
}
