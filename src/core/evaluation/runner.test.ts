import { describe, expect, it } from 'vitest';
import type { Dialogue } from '../dataset/dialogue.ts';
import { LabError } from '../error.ts';
import { parsePlan, type PlanInput } from './plan.ts';
import { recordKey, recordSchema, type ResultRecord } from './record.ts';
import { jobKey } from './respond.ts';
import { planJobs, runPlan } from './runner.ts';
import { collect, parts, PLAN } from './testing/run-parts.ts';
import { sampleTurns } from './turns.ts';

const untimed = (records: ResultRecord[]) => records.map((record) => ({ ...record, timing: null }));

describe('runPlan', () => {
  it('makes a record for each model, condition and turn', async () => {
    const records = await collect(parts());
    expect(records).toHaveLength(8);
    expect(records.map(recordKey)).toEqual(planJobs(parts().plan, parts().turns).map(jobKey));
    const [first] = records;
    expect(recordSchema.parse(first)).toEqual(first);
    // "I see" and the end-of-turn token, each of likelihood 1/2.
    expect(first?.nll).toEqual({ sum: expect.closeTo(6 * Math.LN2, 9) as number, tokens: 6 });
    expect(first?.scores).toEqual({ shared: 0 });
    expect(records[4]?.hypothesis).toMatch(/^\d+ I AM SAD, A$/);
    // The seed depends on the turn, not on the condition.
    expect(records[4]?.hypothesis?.split(' ')[0]).toBe(first?.hypothesis?.split(' ')[0]);
  });

  it('has a condition for each way to shorten the conversation, after the compressions', async () => {
    const asked: string[] = [];
    const histories: PlanInput['histories'] = [
      { method: 'last', k: 1 },
      { method: 'summary', keep: 1, block: 2 },
    ];
    const plan = parsePlan({ ...PLAN, representations: ['raw'], histories, system: 'Be kind.' });
    const records = await collect(
      parts(
        { beforeReply: (messages) => void asked.push(messages.map(({ content }) => content).join(' | ')) },
        { plan },
      ),
    );
    expect([...new Set(records.map(({ representation }) => representation))]).toEqual([
      'raw',
      'last-1',
      'summary-2-last-1-128',
    ]);
    expect(records).toHaveLength(12);
    expect(records.map((each) => recordSchema.parse(each))).toEqual(records);
    // The second turn of the first dialogue, condition by condition.
    expect([asked[1], asked[5], asked[9]]).toEqual([
      'Be kind. | I am sad, a | I see | Help me',
      'Be kind. | Help me',
      'Be kind.\n\nNotes on what was said before: Notes. | Help me',
    ]);
    const done = new Set(records.slice(0, 7).map(recordKey));
    expect(untimed(await collect(parts({}, { plan, done })))).toEqual(untimed(records.slice(7)));
  });

  it('resumes where it stopped, with the same records', async () => {
    const whole = await collect(parts());
    const before = await collect(parts(), 3);
    const after = await collect(parts({}, { done: new Set(before.map(recordKey)) }));
    expect(untimed([...before, ...after])).toEqual(untimed(whole));
  });

  it('gives every model its share before the next dialogues, if requested', async () => {
    const plan = parsePlan({
      ...PLAN,
      models: ['m', 'n'].map((id) => ({ kind: 'folder', id, name: id, folder: '.' })),
      representations: ['raw'],
    });
    const order = (await collect(parts({}, { plan, dialoguesAtOnce: 1 }))).map(
      ({ model, dialogue }) => `${model} ${dialogue}`,
    );
    expect([...new Set(order)]).toEqual(['m a', 'n a', 'n b', 'm b']);
    expect(order).toHaveLength(8);
  });

  it('counts finished jobs and estimates the time left', async () => {
    const progress = [];
    for await (const event of runPlan(parts())) progress.push(event.progress);
    expect(progress[0]).toEqual({ done: 0, total: 8, remainingMs: null });
    expect(progress.at(-1)).toEqual({ done: 8, total: 8, remainingMs: 0 });
  });

  it('keeps several turns in flight with a remote model, and no more than allowed', async () => {
    let now = 0;
    let most = 0;
    const beforeReply = async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 5));
      now--;
    };
    expect(await collect(parts({ device: 'remote', beforeReply }, { concurrency: 3 }))).toHaveLength(8);
    expect(most).toBe(3);
    [now, most] = [0, 0];
    await collect(parts({ device: 'cpu', beforeReply }, { concurrency: 3 }));
    expect(most).toBe(1);
  });

  it.each([{}, { mode: 'roll-out' }] as const)(
    'has a model reply to the next turn while the metrics of a reply are computed, but not to more (%j)',
    async (mode) => {
      const log: string[] = [];
      let replied = 0;
      const beforeReply = () => void log.push(`reply ${++replied}`);
      let computed = 0;
      const measure = async () => {
        const which = ++computed;
        // The next reply begins without these metrics.
        while (replied <= which && which < 8) await new Promise((later) => setTimeout(later));
        log.push(`metrics of ${which}`);
        return { shared: which };
      };
      const records = await collect(parts({ beforeReply }, { plan: parsePlan({ ...PLAN, ...mode }), measure }));
      expect(records.map(({ scores }) => scores['shared'])).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      expect(records.map(recordKey)).toEqual(planJobs(parts().plan, parts().turns).map(jobKey));
      for (let each = 1; each <= 6; each++)
        expect(log.indexOf(`reply ${each + 2}`)).toBeGreaterThan(log.indexOf(`metrics of ${each}`));
    },
  );

  it('yields what is finished before a failure of the next turn', async () => {
    let replied = 0;
    const beforeReply = () => {
      if (++replied === 3) throw new LabError({ code: 'worker-lost', what: 'Gone.' });
    };
    const records: ResultRecord[] = [];
    const run = async () => {
      for await (const event of runPlan(parts({ beforeReply })))
        if (event.type === 'record') records.push(event.record);
    };
    await expect(run()).rejects.toMatchObject({ code: 'worker-lost' });
    expect(records.map(({ scores }) => scores)).toEqual([{ shared: 0 }, { shared: 0 }]);
  });

  it('records a turn that the model refuses, and ends on any other failure', async () => {
    const refuse = (code: 'bad-data' | 'no-reply' | 'worker-lost') => ({
      beforeReply: () => {
        throw new LabError({ code, what: 'No.' });
      },
    });
    for (const code of ['bad-data', 'no-reply'] as const) {
      const refused = await collect(parts(refuse(code)));
      expect(refused).toHaveLength(8);
      expect(refused[0]).toMatchObject({ error: 'No.', hypothesis: null, scores: {} });
    }
    await expect(collect(parts(refuse('worker-lost')))).rejects.toMatchObject({ code: 'worker-lost' });
  });

  it('does not score a reply that a content filter stopped', async () => {
    const records = await collect(parts({ reason: 'content-filter' }));
    expect(records).toHaveLength(8);
    for (const { hypothesis, scores, error } of records)
      expect([hypothesis, scores, error]).toEqual([null, {}, expect.stringContaining('content filter')]);
  });

  it('stops on request', async () => {
    const stop = new AbortController();
    const running = collect(parts({ beforeReply: () => stop.abort() }, { signal: stop.signal }));
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('leaves out the oldest messages when the window is full', async () => {
    const long: Dialogue = {
      id: 'long',
      utterances: [
        ...Array.from({ length: 40 }, (_, i) => ({
          speaker: i % 2 ? ('supporter' as const) : ('seeker' as const),
          text: `words ${i}`,
        })),
      ],
    };
    const plan = parsePlan({ ...PLAN, representations: ['raw'], sample: { turns: null } });
    const records = await collect(parts({}, { plan, turns: sampleTurns([long], plan) }));
    expect(records[0]?.leftOut).toBe(0);
    expect(records.at(-1)?.leftOut).toBeGreaterThan(10);
    expect(records.every(({ promptTokens }) => (promptTokens ?? 0) <= 400 - 128)).toBe(true);
  });
});

describe('the newest utterance of a turn', () => {
  const dialogue: Dialogue = {
    id: 'no',
    utterances: [
      { speaker: 'supporter', text: 'Are you safe?' },
      { speaker: 'seeker', text: 'No' },
      { speaker: 'supporter', text: 'Tell me.' },
    ],
  };

  it.each([
    ['never-empty', 'No'],
    ['compressed', ''],
  ] as const)('is sent by the rule of the plan if nothing is left of it: %s', async (newest, sent) => {
    const plan = parsePlan({ ...PLAN, newest, representations: ['nostopwords'] });
    const [record] = await collect(
      parts({}, { plan, turns: sampleTurns([dialogue], plan), compress: async (texts) => texts.map(() => '') }),
    );
    expect(record?.hypothesis).toMatch(new RegExp(`^\\d+ ?${sent}$`));
  });

  it('makes a record with an error if it does not fit the window, and the run continues', async () => {
    const long: Dialogue = {
      ...dialogue,
      utterances: [{ speaker: 'seeker', text: 'No '.repeat(200) }, ...dialogue.utterances],
    };
    const plan = parsePlan({ ...PLAN, representations: ['raw'] });
    const records = await collect(parts({}, { plan, turns: sampleTurns([long], plan) }));
    expect(records).toMatchObject([
      { hypothesis: null, nll: null, error: expect.stringContaining('400 fit') as string },
      { hypothesis: expect.any(String) as string },
    ]);
    expect(records[1]?.error).toBeUndefined();
  });

  it('gets a reply but no likelihood if the reference does not fit the window', async () => {
    const talks: Dialogue = {
      ...dialogue,
      utterances: [
        { speaker: 'seeker', text: 'No' },
        { speaker: 'supporter', text: 'Tell me. '.repeat(60) },
      ],
    };
    const plan = parsePlan({ ...PLAN, representations: ['raw'] });
    const [record] = await collect(parts({}, { plan, turns: sampleTurns([talks], plan) }));
    expect(record).toMatchObject({ nll: null, leftOut: 0, hypothesis: expect.stringMatching(/No$/) as string });
    expect(record?.error).toBeUndefined();
  });
});

describe('parsePlan', () => {
  it('fills in the defaults of the paper', () => {
    expect(parsePlan(PLAN).decoding).toEqual({ temperature: 0.7, topP: 0.95, topK: 50, maxNewTokens: 128, seed: 1 });
  });

  it('leaves a plan without histories as it was', () => {
    expect('histories' in parsePlan(PLAN)).toBe(false);
    expect(parsePlan({ ...PLAN, histories: [{ method: 'selective' }] }).histories).toEqual([
      { method: 'selective', drop: 0.5 },
    ]);
  });

  it.each([
    [{ ...PLAN, histories: [{ method: 'last', k: 0 }] }, 'histories[0].k'],
    [
      {
        ...PLAN,
        histories: [
          { method: 'last', k: 2 },
          { method: 'last', k: 2 },
        ],
      },
      'listed twice',
    ],
    [{ ...PLAN, models: [] }, 'models'],
    [{ ...PLAN, decoding: { topP: 2 } }, 'decoding.topP'],
    [{ ...PLAN, surprise: 1 }, 'surprise'],
    [{ ...PLAN, models: [...PLAN.models, ...PLAN.models] }, 'same id'],
    [JSON.parse('{"__proto__": {"format": "solace-lab-plan"}}'), 'format'],
    [null, 'plan'],
  ])('refuses %#', (json, words) => {
    expect(() => parsePlan(json)).toThrow(words);
  });
});
