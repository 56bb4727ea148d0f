import { describe, expect, it, vi } from 'vitest';
import { parsePlan } from '../../core/evaluation/plan.ts';
import type { Metrics } from '../metrics.ts';
import type { Compression } from '../compression.ts';
import { planTools } from './plan-tools.ts';

const plan = (metrics: object) =>
  parsePlan({
    format: 'solace-lab-plan',
    version: 1,
    name: 'Test',
    dataset: { name: 'd', source: 'd' },
    models: [{ kind: 'lab', id: 'm', name: 'M' }],
    representations: ['keypos'],
    tagger: 'compromise',
    metrics,
  });

describe('planTools', () => {
  it('compresses with the tagger of the plan until the run is stopped', async () => {
    const compress = vi.fn<Compression['compress']>((texts) =>
      Promise.resolve(texts.map((text) => ({ text: text.toUpperCase(), spans: [] }))),
    );
    const { signal } = new AbortController();
    const tools = planTools(plan({}), { compress, measure: vi.fn<Metrics['measure']>() }, signal);
    expect(await tools.compress(['low'], 'keypos')).toEqual(['LOW']);
    expect(compress).toHaveBeenCalledWith(['low'], { representation: 'keypos', tagger: 'compromise' }, signal);
  });

  it.each([
    [{ meteor: true, bertscore: false }, { meteor: true }],
    [
      { meteor: false, bertscore: true },
      { meteor: false, bertscore: {} },
    ],
  ])('measures what the plan requests: %j', async (metrics, options) => {
    const measure = vi.fn().mockResolvedValue({ pairs: [{ scores: { bleu2: 0.5 } }] });
    const tools = planTools(plan(metrics), { compress: vi.fn<Compression['compress']>(), measure });
    expect(await tools.measure('hyp', 'ref')).toEqual({ bleu2: 0.5 });
    expect(measure).toHaveBeenCalledWith([{ id: 0, hyp: 'hyp', ref: 'ref' }], { ...options, signal: undefined });
  });
});
