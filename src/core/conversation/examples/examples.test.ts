import { describe, expect, it } from 'vitest';
import { REPRESENTATION_IDS } from '../../compression/representation.ts';
import { noticedIn } from '../danger.ts';
import { loadExamples } from './examples.ts';

describe('the examples that come with the lab', async () => {
  const examples = await loadExamples();

  it('are three comparisons with a reply under every compression, and none shows danger', () => {
    expect(examples).toHaveLength(3);
    for (const { comparison, seen, fits } of examples) {
      expect(comparison.columns.map(({ representation }) => representation)).toEqual(REPRESENTATION_IDS);
      for (const { reply, messages } of comparison.columns) {
        expect(reply.length).toBeGreaterThan(10);
        expect(messages.at(-1)?.role).toBe('user');
      }
      for (const id of REPRESENTATION_IDS) {
        expect(seen[id]).toHaveLength(comparison.task.utterances.length);
        expect(fits[id].every(({ kept }, i) => kept >= (fits[id][i - 1]?.kept ?? 0))).toBe(true);
      }
      expect(comparison.task.utterances.filter(({ text }) => noticedIn(text))).toEqual([]);
    }
  });

  it('show what they are said to show: KeyPOS drops “not” where Rowan says “I’m not being difficult”', () => {
    const [first] = examples;
    const at =
      first?.comparison.task.utterances.findIndex(({ text }) => text.includes("I'm not being difficult")) ?? -1;
    const text = first?.comparison.task.utterances[at]?.text ?? '';
    const dropped = first?.seen.keypos[at]?.dropped.map(([start, end]) => text.slice(start, end));
    expect(dropped).toContain('not');
    expect(first?.seen.raw[at]?.dropped).toEqual([]);
  });

  it('show what the tour says of its last turns: KeyPOS drops “not” from “I don’t do the face”', () => {
    const [first] = examples;
    const turns = first?.comparison.task.utterances ?? [];
    const at = turns.findIndex(({ text }) => text.includes("I don't do the face"));
    expect(turns.length - at).toBeLessThanOrEqual(7);
    const text = turns[at]?.text ?? '';
    const from = text.indexOf("n't do the face");
    expect(first?.seen.keypos[at]?.dropped).toContainEqual([from, from + 3]);
  });
});
