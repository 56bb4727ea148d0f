import { expect, it } from 'vitest';
import type { Dialogue } from '../dataset/dialogue.ts';
import { conversationFrom } from './from-dialogue.ts';
import { pathTo } from './tree.ts';

const DIALOGUE: Dialogue = {
  id: 'dialogue 3',
  scene: 'Grief',
  utterances: [
    { speaker: 'seeker', text: 'I miss him.' },
    { speaker: 'supporter', text: 'Tell me about him.', strategy: 'Question' },
    { speaker: 'supporter', text: '  ' },
    { speaker: 'seeker', text: 'I want to die.' },
    { speaker: 'supporter', text: 'I hear you.' },
  ],
};

it('opens a dialogue as a conversation up to a turn', () => {
  const conversation = conversationFrom(DIALOGUE, { turns: 4, systemPrompt: 'Listen.' });
  expect(pathTo(conversation).map(({ speaker, text, state }) => [speaker, text, state])).toEqual([
    ['seeker', 'I miss him.', 'complete'],
    ['supporter', 'Tell me about him.', 'complete'],
    ['seeker', 'I want to die.', 'complete'],
  ]);
  expect(conversation).toMatchObject({ title: 'Grief, dialogue 3', systemPrompt: 'Listen.' });
  // Help is shown in it as in any other conversation.
  expect(pathTo(conversation).at(-1)?.noticed?.level).toBe('danger');
});

it('opens the whole dialogue by default, and an empty one as an empty conversation', () => {
  expect(conversationFrom(DIALOGUE, { systemPrompt: '' }).messages.size).toBe(4);
  expect(conversationFrom({ id: 'x', utterances: [] }, { systemPrompt: '' })).toMatchObject({ title: 'x', leaf: null });
});
