import { expect, it } from 'vitest';
import { loadExamples } from '../../core/conversation/examples/examples.ts';
import { EXCERPT } from './excerpt.ts';

it('both turns that the tour shows lose a negation under KeyPOS, “I don’t do the face” among them', async () => {
  const [example] = await loadExamples();
  const shown = example?.comparison.task.utterances.slice(...EXCERPT) ?? [];
  const seen = example?.seen.keypos.slice(...EXCERPT) ?? [];
  expect(shown).toHaveLength(2);
  expect(shown[0]?.text).toContain("I don't do the face");
  for (const [i, { text }] of shown.entries())
    expect(seen[i]?.dropped.map(([start, end]) => text.slice(start, end))).toContain("n't");
});
