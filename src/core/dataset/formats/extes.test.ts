import { describe, expect, it } from 'vitest';
import { readText, texts } from '../testing/read-text.ts';

describe('ExTES', () => {
  const sound = {
    scene: 'Moving',
    description: 'A move.',
    content: [{ User: 'I moved.' }, { AI: 'How is it?', 'AI Strategy': 'Clarification' }],
  };

  it('is read as published, flaws included', async () => {
    const dirty = {
      content: [
        { AI: 'Begins with the supporter.', 'AI strategy': 'Others' },
        { User: 'One role', AI: 'and the other.', 'AI Strategy': 'Empathetic Statements' },
        { 'AI Strategy': 'Affirmation' },
        { User: null },
        null,
        { AI: { AI: 'In an object.', 'AI Strategy': 'Offer Hope' } },
        { AI: 'No strategy.', 'AI Strategy': null },
        { AI: 'Unknown strategy.', 'AI Strategy': 'Juggling' },
        { User: 'Ends with the user.' },
      ],
    };
    const { format, dialogues, bad } = await readText(JSON.stringify([sound, dirty], null, 1), 'extes.json');
    expect({ format, bad }).toEqual({ format: 'extes', bad: [] });
    expect(dialogues[0]).toMatchObject({ id: 'dialogue 1', scene: 'Moving', situation: 'A move.' });
    expect(texts(dialogues[1])).toEqual([
      'supporter: Begins with the supporter.',
      'seeker: One role',
      'supporter: and the other.',
      'supporter: In an object.',
      'supporter: No strategy.',
      'supporter: Unknown strategy.',
      'seeker: Ends with the user.',
    ]);
    expect(dialogues[1]?.utterances.map(({ strategy }) => strategy)).toEqual([
      'Others',
      undefined,
      'Empathetic Statements',
      'Offer Hope',
      undefined,
      'Juggling',
      undefined,
    ]);
    expect(dialogues[1]?.scene).toBeUndefined();
  });

  it('loses one record of a list, not the list, to a broken one', async () => {
    const one = JSON.stringify(sound, null, 1);
    const { dialogues, bad } = await readText(
      `[\n${one},\n${one.replace('"I moved."', '"I" moved')},\n{"content": NaN},\n${one}\n]`,
      'extes.json',
    );
    expect(dialogues.map(({ id }) => id)).toEqual(['dialogue 1', 'dialogue 4']);
    expect(bad.map(({ place }) => place)).toEqual(['extes.json record 2 (line 15)', 'extes.json record 3 (line 28)']);
  });

  it('says where a list is cut off', async () => {
    const { dialogues, bad } = await readText(JSON.stringify([sound, sound]).slice(0, -30), 'extes.json');
    expect(dialogues).toHaveLength(1);
    expect(bad.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/does not end/),
      expect.stringMatching(/cut off/),
    ]);
  });
});
