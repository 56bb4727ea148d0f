import { describe, expect, it } from 'vitest';
import { PAPER_DECODING } from '../../core/engine/engine.ts';
import { comparisonOf, setUpCompare } from './testing/compare.ts';

describe('a comparison within what a link gave', () => {
  const earlier = [{ speaker: 'supporter' as const, text: 'From the link', whole: false }];

  it('uses its messages, its system prompt, its seed, and is stored with what it was made from', async () => {
    const { compare, requests, stored, end } = setUpCompare();
    compare.give({ label: 'A dialogue', earlier, systemPrompt: 'Be brief.', decoding: { seed: 99 } }, 'And now?');
    expect(compare).toMatchObject({ context: 'given', draft: 'And now?' });
    void compare.run('given');
    await end();
    expect(requests[0]).toMatchObject({
      systemPrompt: 'Be brief.',
      origin: { decoding: { seed: 99, temperature: 0.7 } },
    });
    expect(requests[0]?.utterances.map(({ text }) => text)).toEqual(['From the link', 'And now?']);
    expect([...stored.values()][0]).toMatchObject({
      seed: 99,
      earlier: 1,
      task: { modelId: 'fake', systemPrompt: 'Be brief.', decoding: { ...PAPER_DECODING, seed: 99 } },
    });
    expect([...stored.values()][0]?.task?.utterances).toEqual(requests[0]?.utterances);
  });

  it('does not leak into a comparison of the message alone', async () => {
    const { compare, requests, end } = setUpCompare();
    compare.give({ label: 'A dialogue', earlier, systemPrompt: 'Be brief.', decoding: { seed: 99 } }, 'And now?');
    void compare.run('fresh');
    await end();
    expect(requests[0]).toMatchObject({ systemPrompt: 'Listen.', origin: { decoding: { seed: 7 } } });
    expect(requests[0]?.utterances).toHaveLength(1);
  });

  it('is stored only when asked', async () => {
    const { compare, stored } = setUpCompare();
    compare.show(comparisonOf('shared'));
    expect(stored.size).toBe(0);
    await compare.keep(comparisonOf('shared'));
    expect([[...stored.keys()], compare.earlier.map(({ id }) => id)]).toEqual([['shared'], ['shared']]);
  });
});
