import { parsePlan } from '../../src/core/evaluation/plan.ts';
import { supporterTurns } from '../../src/core/evaluation/turns.ts';
import type { Dialogue } from '../../src/core/dataset/dialogue.ts';
import { madeUpRecord } from '../../src/core/explorer/testing/made-up-run.ts';
import { aggregate } from '../../src/core/table/aggregate.ts';
import type { NodeLab } from './notebook-in-node.ts';
import { withRun } from './with-run.ts';

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
export const withMadeUpRollOut = (lab: NodeLab): NodeLab =>
  withRun(lab, 'made-up-roll-out', async () => {
    const [first] = (await lab['dialogues']?.({ part: 'test' })) as Dialogue[];
    const records = first ? recordsOf(first) : [];
    const summary = aggregate(plan, records, { machine: 'a made-up machine', expected: records.length });
    return { plan, summary, records, texts: true };
  });
