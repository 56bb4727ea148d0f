import { describe, expect, it } from 'vitest';
import type { Dialogue } from './dialogue.ts';
import { findDialogues, type DialogueQuery } from './query.ts';

const DIALOGUES: Dialogue[] = [
  {
    id: 'a',
    scene: 'work',
    emotion: 'fear',
    utterances: [
      { speaker: 'seeker', text: 'My café closes.' },
      { speaker: 'supporter', text: 'Why?', strategy: 'Question' },
    ],
  },
  { id: 'b', scene: 'home', situation: 'A new café.', utterances: [{ speaker: 'seeker', text: 'Work is far.' }] },
];
const found = (query: DialogueQuery): string[] => findDialogues(DIALOGUES, query).map(({ id }) => id);

describe('findDialogues', () => {
  it('looks for every word in all texts, ignoring case and accents', () => {
    expect(found({ words: 'CAFE' })).toEqual(['a', 'b']);
    expect(found({ words: 'cafe work' })).toEqual(['a', 'b']);
    expect(found({ words: 'cafe far' })).toEqual(['b']);
    expect(found({ words: 'nowhere' })).toEqual([]);
  });

  it('filters by scene, emotion and strategy, all at once', () => {
    expect(found({})).toEqual(['a', 'b']);
    expect(found({ scene: 'work' })).toEqual(['a']);
    expect(found({ emotion: 'fear', strategy: 'Question' })).toEqual(['a']);
    expect(found({ scene: 'home', strategy: 'Question' })).toEqual([]);
  });
});
