import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { describe, expect, it } from 'vitest';
import { NOTEBOOK_FUNCTIONS } from '../../lab/notebooks/functions.ts';
import { completeLab } from './lab-completions.ts';

const complete = (doc: string) => completeLab(new CompletionContext(EditorState.create({ doc }), doc.length, false));

describe('completions of lab', () => {
  it('are the functions of the page, and until', () => {
    const labels = complete('const a = await lab.')?.options.map(({ label }) => label);
    expect(labels).toEqual([...Object.keys(NOTEBOOK_FUNCTIONS), 'until']);
  });

  it('show the signature as detail', () => {
    const found = complete('lab.gen')?.options.find(({ label }) => label === 'generate');
    expect(found?.detail).toBe('(messages: Message[], decoding?: Decoding, onProgress?: (event) => void)');
  });

  it.each([
    ['lab.', 4],
    ['lab.com', 4],
    ['lab.until(invalidation).ge', 24],
  ])('for %j replace what follows the last dot', (doc, from) => {
    expect(complete(doc)?.from).toBe(from);
  });

  it.each(['', 'lab', 'collab.', 'label.x', 'Plot.', 'lab.model().'])('are not offered after %j', (doc) => {
    expect(complete(doc)).toBeNull();
  });
});
