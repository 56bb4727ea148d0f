import { describe, expect, it } from 'vitest';
import { LabError } from '../error.ts';
import type { Dialogue } from '../dataset/dialogue.ts';
import { parsePlan } from './plan.ts';
import { recordKey, type ResultRecord } from './record.ts';
import { jobKey } from './respond.ts';
import { ownHistory } from './roll-out.ts';
import { planJobs, runPlan, type RunDependencies } from './runner.ts';
import { fakeModel, type FakeManner } from './testing/fake-model.ts';
import { collect, parts, PLAN } from './testing/run-parts.ts';
import { sampleTurns } from './turns.ts';

/** Two dialogues of three turns, the second of which has two utterances. */
const DIALOGUES: Dialogue[] = ['a', 'b'].map((id) => ({
  id,
  utterances: [
    { speaker: 'supporter', text: 'Hello' },
    { speaker: 'seeker', text: `one ${id}` },
    { speaker: 'supporter', text: 'gold 1' },
    { speaker: 'seeker', text: `two ${id}` },
    { speaker: 'supporter', text: 'gold 2' },
    { speaker: 'supporter', text: 'gold 2, too' },
    { speaker: 'seeker', text: `three ${id}` },
    { speaker: 'supporter', text: 'gold 3' },
  ],
}));
const ROLLED = parsePlan({ ...PLAN, mode: 'roll-out', representations: ['raw'], metrics: { perplexity: false } });

/** A run over those dialogues whose model replies with what it was last told, and what it was sent. */
function rolled(manner: FakeManner = {}, changes: Partial<RunDependencies> = {}) {
  const sent: string[] = [];
  const model = fakeModel(manner);
  const plan = changes.plan ?? ROLLED;
  const from = parts(manner, {
    turns: sampleTurns(DIALOGUES, plan),
    openModel: () =>
      Promise.resolve({
        ...model,
        async *stream(messages, decoding) {
          await manner.beforeReply?.(messages, decoding);
          const text = `re: ${messages.at(-1)?.content ?? ''}`;
          sent.push(messages.map(({ role, content }) => `${role[0] ?? ''} ${content}`).join(' | '));
          yield { type: 'text' as const, text };
          yield {
            type: 'done' as const,
            reason: 'stop' as const,
            stats: { promptTokens: 7, newTokens: 3, firstTokenMs: 1, decodeMs: 2 },
          };
        },
      }),
    plan,
    ...changes,
  });
  return { from, sent };
}

const OF = (id: string) => [
  `a Hello | u one ${id}`,
  `a Hello | u one ${id} | a re: one ${id} | u two ${id}`,
  `a Hello | u one ${id} | a re: one ${id} | u two ${id} | a re: two ${id} | u three ${id}`,
];

describe('a roll-out', () => {
  it("sends the model's own earlier replies in place of the original ones, dialogue by dialogue", async () => {
    const { from, sent } = rolled();
    const records = await collect(from);
    expect(sent).toEqual([...OF('a'), ...OF('b')]);
    expect(records.map(({ turn, reference, hypothesis }) => [turn, reference, hypothesis])).toEqual(
      ['a', 'b'].flatMap((id) => [
        [2, 'gold 1', `re: one ${id}`],
        [4, 'gold 2 gold 2, too', `re: two ${id}`],
        [7, 'gold 3', `re: three ${id}`],
      ]),
    );
  });

  it('keeps each condition to its own replies', async () => {
    const plan = { ...ROLLED, representations: ['raw' as const, 'nostopwords' as const] };
    const { from, sent } = rolled({}, { plan });
    const records = await collect(from);
    expect(sent.slice(0, 6)).toEqual([...OF('a'), ...OF('b')]);
    // The other compression writes in capitals here.
    expect(sent[8]).toBe('a HELLO | u ONE A | a RE: ONE A | u TWO A | a RE: TWO A | u THREE A');
    expect(records).toHaveLength(12);
  });

  it('asks a server about many dialogues at once, and never before the earlier reply is there', async () => {
    let open = 0;
    let most = 0;
    const { from, sent } = rolled(
      {
        device: 'remote',
        beforeReply: async () => {
          most = Math.max(most, ++open);
          await new Promise((resolve) => setTimeout(resolve, 1));
          open--;
        },
      },
      { concurrency: 8 },
    );
    const records = await collect(from);
    expect(records).toHaveLength(6);
    expect(most).toBe(2);
    expect([...sent].sort()).toEqual([...OF('a'), ...OF('b')].sort());
  });

  it('resumes on the replies of its earlier records', async () => {
    const whole = await collect(rolled().from);
    for (const stored of [1, 2, 4]) {
      const earlier = whole.slice(0, stored);
      const { from, sent } = rolled({}, { done: new Set(earlier.map(recordKey)), earlier });
      const rest = await collect(from);
      const lasting = (records: ResultRecord[]) => records.map((record) => ({ ...record, timing: null }));
      expect(lasting([...earlier, ...rest])).toEqual(lasting(whole));
      expect(sent).toEqual([...OF('a'), ...OF('b')].slice(stored));
    }
    // Without them nothing is made up.
    const { from } = rolled({}, { done: new Set(whole.slice(0, 1).map(recordKey)) });
    const [orphan] = await collect(from);
    expect(orphan).toMatchObject({ hypothesis: null, error: expect.stringContaining('earlier reply') as string });
  });

  it('ends a dialogue at a reply that fails, and the run at any other failure', async () => {
    const failing = (error: LabError) => ({
      beforeReply: (messages: { content: string }[]) => {
        if (messages.at(-1)?.content === 'two a') throw error;
      },
    });
    const refused = rolled(failing(new LabError({ code: 'no-reply', what: 'No.' })));
    const records = await collect(refused.from);
    expect(records.map(({ dialogue, error }) => [dialogue, error])).toEqual([
      ['a', undefined],
      ['a', 'No.'],
      ['a', expect.stringMatching(/^An earlier reply of this roll-out is missing/)],
      ['b', undefined],
      ['b', undefined],
      ['b', undefined],
    ]);
    expect(refused.sent).toEqual([...OF('a').slice(0, 1), ...OF('b')]);
    for (const device of ['cpu', 'remote'] as const) {
      const broken = rolled({ ...failing(new LabError({ code: 'io', what: 'Disk.' })), device }, { concurrency: 8 });
      const stored: ResultRecord[] = [];
      await expect(async () => {
        for await (const event of runPlan(broken.from)) if (event.type === 'record') stored.push(event.record);
      }).rejects.toThrow('Disk.');
      expect(stored.filter(({ error }) => error !== undefined)).toEqual([]);
    }
  });

  it('takes 20 dialogues with all their turns unless its plan says otherwise, and the first turns of each', () => {
    expect(ROLLED.sample).toEqual({ seed: 1, dialogues: 20, turns: null, replies: null });
    expect(parsePlan(PLAN).sample.dialogues).toBeNull();
    const of = (sample: object) => parsePlan({ ...PLAN, mode: 'roll-out', sample });
    expect(of({ dialogues: 3, turns: 2 }).sample).toMatchObject({ dialogues: 3, turns: 2 });
    expect(of({ dialogues: null }).sample.dialogues).toBeNull();
    expect(() => of({ replies: 1 })).toThrow(/sample\.replies: a roll-out replies to every turn/);
    const turns = sampleTurns(DIALOGUES, of({ turns: 2 }));
    expect(turns.map(({ dialogue, turn, reply }) => [dialogue, turn, reply])).toEqual([
      ['a', 2, true],
      ['a', 4, true],
      ['b', 2, true],
      ['b', 4, true],
    ]);
    expect(planJobs(ROLLED, turns).map(jobKey)).toHaveLength(4);
  });
});

describe('ownHistory', () => {
  it('replaces whole turns, also where a blank utterance is among them, and keeps the opening', () => {
    const before = [
      { speaker: 'supporter' as const, text: 'Hello' },
      { speaker: 'seeker' as const, text: 'one' },
      { speaker: 'supporter' as const, text: 'gold', strategy: 'Question' },
      { speaker: 'seeker' as const, text: ' ' },
      { speaker: 'supporter' as const, text: 'more gold' },
      { speaker: 'seeker' as const, text: 'two' },
    ];
    expect(ownHistory(before, new Map([[2, 'mine']]))).toEqual([
      before[0],
      before[1],
      { speaker: 'supporter', text: 'mine' },
      before[5],
    ]);
    expect(ownHistory(before, new Map())).toEqual(before);
  });
});
