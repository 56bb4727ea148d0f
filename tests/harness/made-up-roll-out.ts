import { parsePlan } from '../../src/core/evaluation/plan.ts';
import { supporterTurns } from '../../src/core/evaluation/turns.ts';
import type { Dialogue } from '../../src/core/dataset/dialogue.ts';
import { madeUpRecord } from '../../src/core/explorer/testing/made-up-run.ts';
import { aggregate } from '../../src/core/table/aggregate.ts';
import { inPoints } from '../../src/core/table/points.ts';
import type { ListedRun } from '../../src/lab/notebooks/runs.ts';
import type { NodeLab } from './notebook-in-node.ts';

const ID = 'made-up-roll-out';

const plan = parsePlan({
  format: 'solace-lab-plan',
  version: 1,
  name: 'Roll-outs, made up',
  dataset: { name: 'Solace corpus, test part', source: 'solace-test' },
  mode: 'roll-out',
  sample: { seed: 1, dialogues: 1 },
  models: [{ kind: 'lab', id: 'm', name: 'M' }],
  metrics: { perplexity: false, meteor: true },
});

/** Records of one dialogue under the three compressions; under KeyPOS the model says the same every time. */
const recordsOf = (dialogue: Dialogue) =>
  plan.representations.flatMap((representation) =>
    supporterTurns(dialogue).map(({ turn, reference }, i) =>
      madeUpRecord({
        model: 'm',
        representation,
        dialogue: dialogue.id,
        turn,
        reference,
        hypothesis: representation === 'keypos' ? 'I hear you.' : `Reply ${i} under ${representation}.`,
        nll: null,
      }),
    ),
  );

/** A `lab` that has one more committed run: a roll-out of the first dialogue of the test part. */
export const withMadeUpRollOut = (lab: NodeLab): NodeLab => {
  const records = async () => {
    const [first] = (await lab['dialogues']?.({ part: 'test' })) as Dialogue[];
    return first ? recordsOf(first) : [];
  };
  return {
    ...lab,
    runs: async (...given) => {
      const listed: ListedRun = {
        id: ID,
        name: plan.name,
        committed: true,
        dataset: plan.dataset.name,
        models: [{ id: 'm', name: 'M' }],
        conditions: plan.representations.map((id) => ({ id, name: id })),
        records: (await records()).length,
        texts: true,
        finished: true,
        createdAt: null,
      };
      return [...((await lab['runs']?.(...given)) as ListedRun[]), listed];
    },
    summary: async (...given) =>
      given[0] === ID
        ? inPoints(aggregate(plan, await records(), { machine: 'a made-up machine', expected: 0 }), ID)
        : lab['summary']?.(...given),
    records: async (...given) => (given[0] === ID ? records() : lab['records']?.(...given)),
  };
};
