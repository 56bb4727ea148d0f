import { describe, expect, it } from 'vitest';
import { parseMetrics } from './metrics-row.ts';

describe('metrics.jsonl', () => {
  it('is read up to a line that a killed run left unfinished', () => {
    expect(
      parseMetrics('{"step":1,"epoch":0.5,"trainLoss":2}\n{"step":1,"epoch":0.5,"evalLoss":3}\n{"step":2,"ep', 'm'),
    ).toEqual([
      { step: 1, epoch: 0.5, trainLoss: 2 },
      { step: 1, epoch: 0.5, evalLoss: 3 },
    ]);
  });

  it('names the line at fault', () => {
    expect(() => parseMetrics('{"step":1,"epoch":0}\n{"epoch":1}\n', 'run/metrics.jsonl')).toThrow(
      /metrics\.jsonl line 2/,
    );
    expect(() => parseMetrics('{"step":1,"epoch":0}\nstep 2\n{}\n', 'run/metrics.jsonl')).toThrow(/line 2/);
  });
});
