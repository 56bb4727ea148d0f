import { describe, expect, it } from 'vitest';
import type { Dialogue } from '../dataset/dialogue.ts';
import { scores } from './testing/fake-judge.ts';
import { validateJudge } from './validate.ts';

describe('validation', () => {
  it('validates a judge against survey and failures', () => {
    const dialogue = (relief: number): Dialogue => ({
      id: String(relief),
      utterances: [],
      survey: { seeker: { relief }, supporter: {} },
    });
    const good = [1, 2, 3].map((n) => ({ dialogue: dialogue(n), scores: scores(n) }));
    const failed = [
      { dialogue: dialogue(0), scores: scores(0) },
      { dialogue: dialogue(0), scores: null },
    ];
    const { survey, separation } = validateJudge(good, failed);
    const unknown = { low: NaN, high: NaN };
    expect(survey).toContainEqual({
      question: 'relief',
      criterion: 'mean',
      rho: expect.closeTo(1, 12) as number,
      n: 3,
      ...unknown,
    });
    expect(separation).toContainEqual({ criterion: 'comforting', auc: 1, good: 3, failed: 1, ...unknown });
  });

  it('counts a lower intensity at the end as success, and ignores the intensity at the beginning', () => {
    const answers = (initial: number, final: number) => ({
      initial_emotion_intensity: initial,
      final_emotion_intensity: final,
      empathy: 3,
    });
    const judged = Array.from({ length: 24 }, (_, i) => {
      const [initial, final] = [5 - (i % 2), 1 + (i % 4)];
      const dialogue: Dialogue = {
        id: String(i),
        utterances: [],
        survey: { seeker: answers(initial, final), supporter: {} },
      };
      return { dialogue, fall: initial - final };
    });
    const rhoOf = (sign: 1 | -1) => {
      const { survey } = validateJudge(
        judged.map(({ dialogue, fall }) => ({ dialogue, scores: scores(2.5 + (sign * fall) / 2) })),
        [],
      );
      expect([...new Set(survey.map(({ question }) => question))]).toEqual(['empathy', 'fall_in_emotion_intensity']);
      return survey.find(({ question, criterion }) => question === 'fall_in_emotion_intensity' && criterion === 'mean');
    };
    // Both orders agree completely in every resample, so there are no limits.
    expect(rhoOf(1)).toMatchObject({ rho: expect.closeTo(1, 12) as number, low: NaN, high: NaN });
    expect(rhoOf(-1)?.rho).toBeCloseTo(-1, 12);
  });

  it('gives a constant judge no interval, and the same limits whatever the order of dialogues', () => {
    const judged = (says: (i: number) => number) =>
      Array.from({ length: 12 }, (_, i) => ({
        dialogue: { id: `d${i}`, utterances: [], survey: { seeker: { empathy: i % 5 }, supporter: {} } },
        scores: scores(says(i)),
      }));
    const same = validateJudge(
      judged(() => 3),
      judged(() => 3),
    );
    expect(same.separation.at(-1)).toMatchObject({ auc: 0.5, low: NaN, high: NaN });
    const [good, failed] = [judged((i) => i % 4), judged((i) => i % 3)];
    const there = validateJudge(good, failed);
    expect(there.separation.at(-1)?.low).toBeLessThan(there.separation.at(-1)?.auc ?? NaN);
    expect(validateJudge([...good].reverse(), [...failed].reverse())).toEqual(there);
  });
});
