import { describe, expect, it } from 'vitest';
import type { Dialogue } from '../dataset/dialogue.ts';
import type { LoadedModel } from '../engine/engine.ts';
import {
  checkKey,
  drawDialogues,
  alternated,
  judgeDialogues,
  validationOf,
  type JudgedCheckDialogue,
} from './judge-dialogues.ts';
import { describeValidation } from './validation-text.ts';

const dialogue = (id: string, empathy?: number): Dialogue => ({
  id,
  utterances: [{ speaker: 'seeker', text: id }],
  ...(empathy !== undefined && { survey: { seeker: { empathy }, supporter: {} } }),
});
const good = [1, 2, 3, 4].map((n) => dialogue(`case ${n}`, n));
const failed = [0, 2].map((n) => dialogue(`bad case ${n}`));

/** Gives each dialogue the number in its text. */
function fakeJudge(asked: string[]): LoadedModel {
  return {
    info: {
      modelId: 'j',
      engine: 'openai',
      device: 'remote',
      features: { seed: true, topK: true, resumes: true },
      contextWindow: null,
    },
    async *stream(messages) {
      const [, name = '', n = ''] = /Seeker: (.*?(\d))/.exec(messages.at(-1)?.content ?? '') ?? [];
      asked.push(name);
      yield {
        type: 'text',
        text: `{"engagement": ${n}, "comforting": ${n}, "appropriateness": ${n}, "suggestion": ${n}}`,
      };
      yield { type: 'done', reason: 'stop', stats: { promptTokens: 1, newTokens: 1, firstTokenMs: 1, decodeMs: 1 } };
    },
    unload: () => Promise.resolve(),
  };
}

describe('judgeDialogues', () => {
  it('alternates between both kinds, resumes after judged dialogues, and is compared with people', async () => {
    const items = alternated(good, failed);
    expect(items.map(checkKey)).toEqual([
      'good case 1',
      'failed bad case 0',
      'good case 2',
      'failed bad case 2',
      'good case 3',
      'good case 4',
    ]);
    const judged: JudgedCheckDialogue[] = [];
    const asked: string[] = [];
    const goOn = async (most: number) => {
      for await (const event of judgeDialogues({
        items,
        done: new Set(judged.map(checkKey)),
        rounds: 1,
        openModel: () => Promise.resolve(fakeJudge(asked)),
      })) {
        if (event.type === 'judged') judged.push(event.judged);
        if (judged.length === most) return;
      }
    };
    await goOn(2);
    await goOn(items.length);
    expect(asked).toHaveLength(items.length);
    const { survey, separation } = validationOf(judged);
    expect(survey.find(({ criterion }) => criterion === 'mean')).toEqual({
      question: 'empathy',
      criterion: 'mean',
      rho: 1,
      n: 4,
      low: NaN,
      high: NaN,
    });
    // Of eight pairs, six have the good one above and one is equal.
    expect(separation.find(({ criterion }) => criterion === 'mean')).toMatchObject({
      criterion: 'mean',
      auc: 6.5 / 8,
      good: 4,
      failed: 2,
    });
  });

  it('draws the same dialogues by the same seed', () => {
    const ids = (seed: number) => drawDialogues(good, 2, seed).map(({ id }) => id);
    expect(ids(1)).toEqual(ids(1));
    expect(new Set([1, 2, 3, 4, 5, 6].map((seed) => ids(seed).join())).size).toBeGreaterThan(1);
  });
});

describe('describeValidation', () => {
  const limits = { low: 0, high: 1 };

  it('counts only agreement in the right direction', () => {
    const words = (rho: number, n = 30) =>
      describeValidation({ survey: [{ question: 'empathy', criterion: 'mean', rho, n, ...limits }], separation: [] })
        .survey[0];
    expect(words(0.5)).toContain('more than chance would give');
    expect(words(0.3)).toContain('no more than chance would give');
    expect(words(-0.88)).toContain('in the wrong direction');
    expect(words(0.9, 19)).toContain('it takes 20 dialogues, and there are 19');
  });

  it('requires stronger evidence per outcome if there are several', () => {
    const survey = ['a', 'b', 'c'].map((question) => ({
      question,
      criterion: 'mean' as const,
      rho: 0.4,
      n: 30,
      ...limits,
    }));
    expect(describeValidation({ survey: survey.slice(0, 1), separation: [] }).survey[0]).toContain(
      ', more than chance',
    );
    expect(describeValidation({ survey, separation: [] }).survey[0]).toContain('no more than chance');
  });

  it('distinguishes chance from skill', () => {
    const words = (auc: number) =>
      describeValidation({ survey: [], separation: [{ criterion: 'mean', auc, good: 50, failed: 50, ...limits }] })
        .separation[0];
    expect(words(0.52)).toContain('no better than chance');
    expect(words(0.8)).toContain('AUC 0.80, better than chance');
    expect(words(0.2)).toContain('in the wrong direction');
  });
});
