import fc from 'fast-check';
import { parsePlan, type EvaluationPlan } from '../../evaluation/plan.ts';
import type { ResultRecord } from '../../evaluation/record.ts';
import type { RunVerdict } from '../../judge/run-verdict.ts';
import type { DialogueLabels } from '../labels.ts';

/** A plan with the models `base` and `tuned` under the three compressions. */
export const madeUpPlan = (models: readonly string[] = ['base', 'tuned']): EvaluationPlan =>
  parsePlan({
    format: 'solace-lab-plan',
    version: 1,
    name: 'Made up',
    dataset: { name: 'made up', source: 'solace-72' },
    models: models.map((id) => ({ kind: 'lab', id, name: id.toUpperCase() })),
  });

/** A record with the given fields; the others are as a short reply has them. */
export const madeUpRecord = (fields: Partial<ResultRecord> = {}): ResultRecord => ({
  model: 'base',
  representation: 'raw',
  dialogue: 'dialogue 1',
  turn: 1,
  reference: 'I am sorry.',
  hypothesis: 'That is hard.',
  promptTokens: 20,
  leftOut: 0,
  nll: { sum: 12, tokens: 4 },
  timing: { newTokens: 4, firstTokenMs: 5, decodeMs: 20, totalMs: 30 },
  scores: {},
  ...fields,
});

/** A judge's verdict on the first reply, with the given fields. */
export const madeUpVerdict = (fields: Partial<RunVerdict> = {}): RunVerdict => ({
  judge: 'gpt',
  model: 'base',
  representation: 'raw',
  dialogue: 'dialogue 1',
  turn: 1,
  round: 0,
  scores: { engagement: 4, comforting: 3, appropriateness: 5, suggestion: 2 },
  refused: false,
  unreadable: 0,
  repaired: false,
  ...fields,
});

const SCENES = ['Job crisis', 'Grief', null] as const;
const STRATEGIES = ['Question', 'Reflection', 'Advice'] as const;

/** Labels of ten dialogues with three turns each. */
export const MADE_UP_LABELS: readonly DialogueLabels[] = Array.from({ length: 10 }, (_, d) => ({
  dialogue: `dialogue ${d + 1}`,
  scene: SCENES[d % SCENES.length] ?? null,
  turns: Array.from({ length: 3 }, (_, t) => ({
    turn: 2 * t + 1,
    reference: `Original reply ${t} of ${d}.`,
    strategies: STRATEGIES.filter((_, i) => (d + t) % (i + 2) === 0),
  })),
}));

/** Records of a run, in any order: no two of one model, condition and turn. */
export const madeUpRecords: fc.Arbitrary<ResultRecord[]> = fc
  .uniqueArray(
    fc.record({
      model: fc.constantFrom('base', 'tuned'),
      representation: fc.constantFrom('raw', 'keypos', 'nostopwords'),
      dialogue: fc.integer({ min: 1, max: 10 }).map((d) => `dialogue ${d}`),
      turn: fc.constantFrom(1, 3, 5),
      hypothesis: fc.option(fc.constantFrom('At the café.', 'I hear you.', 'Why?', '')),
      nll: fc.option(fc.record({ sum: fc.integer({ min: 1, max: 100 }), tokens: fc.integer({ min: 1, max: 20 }) })),
      rougeL: fc.option(fc.integer({ min: 0, max: 4 }).map((n) => n / 4)),
      failed: fc.boolean(),
    }),
    {
      selector: ({ model, representation, dialogue, turn }) => [model, representation, dialogue, turn].join(),
      maxLength: 60,
    },
  )
  .map((all) =>
    all.map(({ rougeL, failed, ...fields }) =>
      failed && fields.hypothesis === null
        ? madeUpRecord({ ...fields, nll: null, timing: null, error: 'It did not fit.' })
        : madeUpRecord({ ...fields, scores: rougeL === null ? {} : { rougeL } }),
    ),
  );
