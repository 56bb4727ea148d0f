import { describe, expect, it } from 'vitest';
import type { Finding, Result } from './results.ts';
import { lineOf, resultSchema } from './results.ts';
import { summary } from './table.ts';

const reply = (prompt: number, firstTokenMs: number, tokensPerSecond: number | null): Finding => ({
  type: 'reply',
  prompt,
  promptTokens: prompt,
  newTokens: 128,
  firstTokenMs,
  tokensPerSecond,
});
const of = (measurement: string, ...findings: Finding[]): Result[] =>
  findings.map((finding) => resultSchema.parse({ measurement, finding }));

describe('the tables of a run', () => {
  it('take the best of the rounds, and compare the lab with the fastest peer of each prompt', () => {
    const text = summary([
      ...of('lab', { type: 'load', state: 'cold', ms: 5100, where: 'here' }, reply(128, 60, 90), reply(128, 40, 120)),
      ...of('transformers.js', reply(128, 50, 60)),
      ...of('wllama', reply(128, 20, 40), reply(513, 80, 30)),
    ]);
    expect(text).toContain('| lab | 5.10 | - | 128 | 40 | 120.0 | 2 x 128 tokens |');
    expect(text).toContain('| 128 | 2.00 (transformers.js) | 0.50 (wllama) |');
    expect(text).not.toMatch(/^\| 513 \| \d/m);
  });

  it('compare nothing without a peer, and name what failed', () => {
    const text = summary([
      ...of('lab', reply(48, 9, null)),
      ...of('wllama', { type: 'error', reason: 'no shader-f16' }),
    ]);
    expect(text).not.toContain('fastest');
    expect(text).toContain('| lab | - | - | 48 | 9 | ? | 1 x 128 tokens |');
    expect(text).toContain('wllama failed: no shader-f16');
  });

  it('say what a token costs and how training went', () => {
    const counts = { passes: 24, dispatches: 62, submits: 7, reads: 1, bytesRead: 1200, bytesWritten: 40.5 };
    const [token, trained]: Finding[] = [
      { type: 'token', counts, runtimeMs: 3, scriptMs: 0.5, waitMs: 1.25 },
      { type: 'trained', updates: 3, firstUpdateMs: 2500, tokensPerSecond: 88.25, firstLoss: 4, lastLoss: 3.5 },
    ];
    const results = [...of('one token', token as Finding), ...of('training', trained as Finding)];
    expect(summary(results)).toContain('| one token | 62 | 24 | 7 | 1 | 1200 | 40.5 | 3.00 | 0.50 | 1.25 |');
    expect(summary(results)).toContain('| training | 3 | 2.50 | 88.3 | 4.000 to 3.500 |');
    expect(results.map(lineOf)).toEqual([
      'one token: per token 62 dispatches, 7 submits, 1200 bytes read back',
      'training: 3 updates, 88.3 tokens/s',
    ]);
  });
});
