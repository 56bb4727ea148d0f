import { describe, expect, it } from 'vitest';
import type { Utterance } from '../dataset/dialogue.ts';
import { historyContext, SUMMARY_HEAD } from './history.ts';

const SAID: Utterance[] = ['Hi', 'Hello', 'I lost my dog', 'Oh', 'And my job'].map((text, i) => ({
  speaker: i % 2 ? 'supporter' : 'seeker',
  text,
}));

describe('historyContext', () => {
  it('sends what is kept, and says where it comes from', () => {
    expect(historyContext(SAID, { sent: [null, null, 'lost dog', '', 'And my job'] })).toEqual({
      messages: [
        { role: 'user', content: 'lost dog' },
        { role: 'assistant', content: '' },
        { role: 'user', content: 'And my job' },
      ],
      sources: [[2], [3], [4]],
    });
  });

  it('joins what comes to stand side by side', () => {
    const { messages, sources } = historyContext(SAID, { sent: ['Hi', null, 'I lost my dog', null, 'And my job'] });
    expect(messages).toEqual([{ role: 'user', content: 'Hi I lost my dog And my job' }]);
    expect(sources).toEqual([[0, 2, 4]]);
  });

  it('puts a summary at the end of the system message', () => {
    const compacted = { sent: [null, null, null, null, 'And my job'], summary: 'The dog is gone.' };
    expect(historyContext(SAID, compacted).messages[0]).toEqual({
      role: 'system',
      content: `${SUMMARY_HEAD} The dog is gone.`,
    });
    expect(historyContext(SAID, compacted, ' Be kind. ').messages[0]?.content).toBe(
      `Be kind.\n\n${SUMMARY_HEAD} The dog is gone.`,
    );
  });

  it('survives a conversation without utterances', () => {
    expect(historyContext([], { sent: [] })).toEqual({ messages: [], sources: [] });
  });
});
