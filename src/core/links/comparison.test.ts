import { describe, expect, it } from 'vitest';
import type { Comparison } from '../conversation/comparison.ts';
import { PAPER_DECODING } from '../engine/engine.ts';
import { packComparison, unpackComparison } from './comparison.ts';
import { LONGEST_PACKED, pack } from './packed.ts';

const STATS = { promptTokens: 60, newTokens: 12, firstTokenMs: 300, decodeMs: 900 };

/** A comparison whose contexts have `words` words that do not repeat. */
function comparisonOf(words: number, reply = 'That is hard.'): Comparison {
  const content = Array.from({ length: words }, (_, i) => (i * 7919).toString(36)).join(' ');
  return {
    id: 'c1',
    createdAt: 5,
    model: 'Solace',
    device: 'Wasm',
    seed: 7,
    earlier: 1,
    message: 'And now?',
    columns: (['raw', 'keypos'] as const).map((representation) => ({
      representation,
      messages: [{ role: 'user', content: `${representation} ${content}` }],
      reply,
      end: 'stop',
      stats: STATS,
    })),
    task: {
      modelId: 'solace',
      systemPrompt: 'Listen.',
      utterances: [
        { speaker: 'supporter', text: 'Hello', whole: false },
        { speaker: 'seeker', text: 'And now?', whole: true },
      ],
      decoding: { ...PAPER_DECODING, seed: 7 },
    },
  };
}

describe('a comparison in a link', () => {
  it('shows the same thing elsewhere, under an id of its own', async () => {
    const comparison = comparisonOf(40);
    const { id, createdAt, ...opened } = await unpackComparison(await packComparison(comparison));
    expect({ ...opened, id: 'c1', createdAt: 5 }).toEqual(comparison);
    expect(id).not.toBe('c1');
    expect(createdAt).toBeGreaterThan(5);
  });

  it('leaves out what the model saw where that is too long, and keeps the replies', async () => {
    const packed = await packComparison(comparisonOf(9000));
    expect(packed.length).toBeLessThan(LONGEST_PACKED);
    const { columns, message } = await unpackComparison(packed);
    expect(columns.map(({ messages, reply }) => [messages, reply])).toEqual([
      [[], 'That is hard.'],
      [[], 'That is hard.'],
    ]);
    expect(message).toBe('And now?');
  });

  it('is refused where the replies are too long as well', async () => {
    const reply = Array.from({ length: 9000 }, (_, i) => (i * 7919).toString(36)).join(' ');
    await expect(packComparison(comparisonOf(1, reply))).rejects.toMatchObject({ code: 'quota' });
  });

  it.each(['{', '[]', '{"message":"a"}'])('is refused where it holds something else: %s', async (text) => {
    await expect(unpackComparison(await pack(text))).rejects.toMatchObject({ code: 'bad-data' });
  });
});
