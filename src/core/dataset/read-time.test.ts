import { describe, expect, it } from 'vitest';
import { lines, readText, texts } from './testing/read-text.ts';

// These took minutes when their time was quadratic.
describe('reading in linear time', () => {
  it('reads 100,000 records with one id', { timeout: 30_000 }, async () => {
    const chat = JSON.stringify({
      id: 'same',
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello' },
      ],
    });
    const { dialogues } = await readText(`${chat}\n`.repeat(100_000));
    expect(new Set(dialogues.map(({ id }) => id)).size).toBe(100_000);
  });

  it('reads ChatML with 10^5 marks and no line break, and with an open end', { timeout: 30_000 }, async () => {
    const [begin, end] = ['<|im_start|>', '<|im_end|>'];
    const flood = await readText(
      lines(
        { text: begin.repeat(100_000) },
        { text: `${begin}user\nHello${end}\n${begin}assistant\nHi, \n\nyou${begin}assistant` },
      ),
    );
    expect(flood.badCount).toBe(1);
    expect(flood.dialogues.map(texts)).toEqual([['seeker: Hello', 'supporter: Hi, \n\nyou']]);
    const { bad } = await readText(JSON.stringify({ text: `${begin}${begin}user\nHello${end}` }));
    expect(bad).toEqual([{ place: 'data.jsonl line 1', reason: expect.stringContaining('The role "" is unknown') }]);
  });

  it('reads a quoted field of ten million characters', { timeout: 30_000 }, async () => {
    const row = `c1,1,sad,"so, ""sad"" ${'x'.repeat(10_000_000)}",1,"a,b,c,d",s,t`;
    const { dialogues, bad } = await readText(
      `conv_id,utterance_idx,context,prompt,speaker_idx,utterance,selfeval,tags\n${row}\n`,
      'a.csv',
    );
    expect(bad).toEqual([]);
    // Compared piece by piece: a pattern over so many characters can overflow the stack.
    const situation = dialogues[0]?.situation ?? '';
    expect(situation.slice(0, 10)).toBe('so, "sad" ');
    expect(situation.length).toBe(10 + 10_000_000);
    expect(situation.slice(10).replaceAll('x', '')).toBe('');
    expect(dialogues.map(texts)).toEqual([['seeker: a,b,c,d']]);
  });

  it('reads an item of ExTES with thousands of keys', { timeout: 30_000 }, async () => {
    const item = Object.fromEntries(Array.from({ length: 4000 }, (_, i) => [`${' '.repeat(i)}AI`, 'Yes']));
    const { dialogues } = await readText(JSON.stringify({ scene: 'x', content: [item] }));
    expect(dialogues[0]?.utterances).toHaveLength(4000);
  });

  it('reads a line with a million blanks', { timeout: 30_000 }, async () => {
    const { dialogues } = await readText(
      `Hi __eou__ Hello${' '.repeat(1_000_000)}you __eou__${' '.repeat(1_000_000)}`,
      'dialogues_text.txt',
    );
    expect(dialogues[0]?.utterances).toHaveLength(2);
  });
});
