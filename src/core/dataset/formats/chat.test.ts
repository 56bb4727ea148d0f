import { describe, expect, it } from 'vitest';
import { lines, readText, texts } from '../testing/read-text.ts';

describe('chats', () => {
  it('are read as OpenAI, ShareGPT and ChatML write them', async () => {
    const { format, dialogues } = await readText(
      lines(
        {
          messages: [
            { role: 'system', content: 'Be kind.' },
            { role: 'user', content: 'Hi' },
            { role: 'assistant', content: [{ type: 'text', text: 'Hello' }] },
          ],
        },
        {
          id: 9,
          conversations: [
            { from: 'human', value: 'Hi' },
            { from: 'gpt', value: 'Hello' },
          ],
        },
        {
          text:
            '<|im_start|>system\nBe ' +
            'kind.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n',
        },
      ),
    );
    expect(format).toBe('chat');
    for (const dialogue of dialogues) expect(texts(dialogue)).toEqual(['seeker: Hi', 'supporter: Hello']);
    expect(dialogues.map(({ id }) => id)).toEqual(['dialogue 1', '9', 'dialogue 3']);
  });

  it('refuse unknown roles', async () => {
    const { bad } = await readText(lines({ messages: [{ role: 'wizard', content: 'Hi' }] }));
    expect(bad[0]?.reason).toBe('messages[0].role: The role "wizard" is unknown.');
  });
});
