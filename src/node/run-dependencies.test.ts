import { describe, expect, it } from 'vitest';
import { parsePlan } from '../core/evaluation/plan.ts';
import { readPlanDataset } from './run-dependencies.ts';

const read = (source: string, more: object = {}) =>
  readPlanDataset(
    parsePlan({
      format: 'solace-lab-plan',
      version: 1,
      name: 'A plan',
      dataset: { name: 'Dialogues', source, ...more },
      models: [{ kind: 'lab', id: 'm', name: 'M' }],
    }),
  );

describe('the dataset of a plan', () => {
  it('is the corpus, one of its parts, or the 72 dialogues under both of their names', async () => {
    const counts = new Map<string, number>();
    for (const source of ['solace', 'solace-train', 'solace-test', 'solace-72', 'built-in'])
      counts.set(source, (await read(source)).length);
    expect(Object.fromEntries(counts)).toEqual({
      solace: 1008,
      'solace-train': 806,
      'solace-test': 202,
      'solace-72': 72,
      'built-in': 72,
    });
  });

  it('keeps the ids that its dialogues have in the corpus', async () => {
    const whole = new Map((await read('solace')).map((dialogue) => [dialogue.id, dialogue]));
    for (const dialogue of await read('solace-test')) expect(whole.get(dialogue.id)).toEqual(dialogue);
  });

  it('must be the file with the SHA-256 of the plan', async () => {
    await expect(read('solace-test', { sha256: '0'.repeat(64) })).rejects.toMatchObject({ code: 'hash-mismatch' });
    await expect(read('solace-72.json')).rejects.toMatchObject({ code: 'missing-file' });
  });
});
