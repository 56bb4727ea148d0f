import { describe, expect, it } from 'vitest';
import { learningRate, type ScheduleName } from './schedule.ts';

/** Recorded from transformers 5.23: get_{cosine,linear}_schedule_with_warmup, 3 warm-up updates of 10, rate 1. */
const RECORDED: Record<ScheduleName, number[]> = {
  cosine: [
    0,
    1 / 3,
    2 / 3,
    1,
    0.9504844339512095,
    0.8117449009293668,
    0.6112604669781572,
    0.38873953302184283,
    0.18825509907063326,
    0.04951556604879048,
    0,
  ],
  linear: [0, 1 / 3, 2 / 3, 1, 6 / 7, 5 / 7, 4 / 7, 3 / 7, 2 / 7, 1 / 7, 0],
  constant: [0, 1 / 3, 2 / 3, 1, 1, 1, 1, 1, 1, 1, 1],
};

describe('learningRate', () => {
  it.each(Object.entries(RECORDED))('%s follows the rates of transformers', (name, rates) => {
    rates.forEach((rate, step) => {
      expect(learningRate({ name: name as ScheduleName, rate: 1, warmup: 3, total: 10 }, step)).toBeCloseTo(rate, 12);
    });
  });
});
