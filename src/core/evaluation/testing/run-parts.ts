import { createHistory } from '../../compression/history/create.ts';
import type { Dialogue } from '../../dataset/dialogue.ts';
import { parsePlan, type PlanInput } from '../plan.ts';
import type { ResultRecord } from '../record.ts';
import { runPlan, type RunDependencies } from '../runner.ts';
import { sampleTurns } from '../turns.ts';
import { fakeModel, type FakeManner } from './fake-model.ts';

/** A plan of one model under two compressions. */
export const PLAN: PlanInput = {
  format: 'solace-lab-plan',
  version: 1,
  name: 'test',
  dataset: { name: 'made up', source: 'built-in' },
  models: [{ kind: 'folder', id: 'm', name: 'M', folder: '.' }],
  representations: ['raw', 'nostopwords'],
};

/** Two dialogues with two supporter turns each. */
const DIALOGUES: Dialogue[] = ['a', 'b'].map((id) => ({
  id,
  utterances: [
    { speaker: 'seeker', text: `I am sad, ${id}` },
    { speaker: 'supporter', text: 'I see' },
    { speaker: 'seeker', text: 'Help me' },
    { speaker: 'supporter', text: 'Go on' },
  ],
}));

/** What running that plan over those dialogues needs, with a fake model. */
export function parts(manner: FakeManner = {}, changes: Partial<RunDependencies> = {}): RunDependencies {
  const plan = changes.plan ?? parsePlan(PLAN);
  return {
    plan,
    turns: sampleTurns(DIALOGUES, plan),
    done: new Set(),
    openModel: () => Promise.resolve(fakeModel(manner)),
    compress: (texts, representation) =>
      Promise.resolve(texts.map((text) => (representation === 'raw' ? text : text.toUpperCase()))),
    openHistory: (spec) =>
      createHistory(spec, {
        model: { score: async () => [], generate: async () => 'Notes.' },
        countTokens: (texts) => texts.map(({ length }) => length),
        compress: async (texts) => texts.map((text) => ({ text, spans: [] })),
        embedder: { embed: async (texts) => texts.map(() => new Float32Array([1])) },
      }),
    measure: (hypothesis, reference) => Promise.resolve({ shared: hypothesis === reference ? 1 : 0 }),
    ...changes,
  };
}

/** The records of a run, at most so many. */
export async function collect(from: RunDependencies, most = Infinity): Promise<ResultRecord[]> {
  const records: ResultRecord[] = [];
  for await (const event of runPlan(from)) {
    if (event.type === 'record') records.push(event.record);
    if (records.length >= most) break;
  }
  return records;
}
