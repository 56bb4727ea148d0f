import { describe, expect, it } from 'vitest';
import { LabError } from '../error.ts';
import { parsePlan } from './plan.ts';
import { recordSchema } from './record.ts';
import type { RunDependencies } from './runner.ts';
import { collect, parts, PLAN } from './testing/run-parts.ts';

describe('the records of a run', () => {
  it('says in each record what made it, failed ones too', async () => {
    const said = {
      lab: '1',
      commit: null,
      engine: { id: 'transformers', package: 'p', version: '2' },
      device: 'cpu',
      weights: null,
      tokenizer: null,
    };
    const asked: string[] = [];
    const provenanceOf: RunDependencies['provenanceOf'] = ({ id }, { device }) => {
      asked.push(`${id} ${device}`);
      return Promise.resolve(said);
    };
    const beforeReply = () => {
      throw new LabError({ code: 'no-reply', what: 'No.', todo: 'Nothing.' });
    };
    const records = await collect(parts({}, { provenanceOf }));
    expect(asked).toEqual(['m cpu']);
    const [first] = records;
    expect(first?.provenance).toEqual({ ...said, data: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    expect(new Set(records.map(({ provenance }) => JSON.stringify(provenance))).size).toBe(1);
    expect(recordSchema.parse(first)).toEqual(first);
    const failed = await collect(parts({ beforeReply }, { provenanceOf }));
    expect(
      failed.every(({ error, provenance }) => error !== undefined && provenance?.data === first?.provenance?.data),
    ).toBe(true);
  });

  it('scores the reply compressed as its context is, if the plan asks for it', async () => {
    const compress: RunDependencies['compress'] = (texts, representation) =>
      Promise.resolve(texts.map((text) => (representation === 'raw' ? text : text.replace(/^Go.*/, '').slice(0, 2))));
    const plan = parsePlan({ ...PLAN, metrics: { compressedPerplexity: true }, histories: [{ method: 'last', k: 2 }] });
    const records = await collect(parts({}, { plan, compress }));
    const of = (representation: string) => records.filter((record) => record.representation === representation);
    expect(of('raw').map(({ nllCompressed }) => nllCompressed)).toEqual(of('raw').map(({ nll }) => nll));
    // Two characters and the end of the turn; nothing is left of the second reply.
    expect(of('nostopwords').map(({ nllCompressed }) => nllCompressed?.tokens)).toEqual([3, undefined, 3, undefined]);
    expect(of('last-2').map(({ nllCompressed }) => nllCompressed)).toEqual([null, null, null, null]);
    expect(records.map((record) => recordSchema.parse(record))).toEqual(records);
    expect((await collect(parts()))[0]).not.toHaveProperty('nllCompressed');
  });
});
