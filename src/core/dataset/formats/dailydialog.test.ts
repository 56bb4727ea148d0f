import { describe, expect, it } from 'vitest';
import { readDataset } from '../read.ts';
import { file, lines, readText, texts } from '../testing/read-text.ts';

describe('DailyDialog', () => {
  it('is read from its text and label files', async () => {
    const { format, dialogues, bad } = await readDataset([
      file('1 2 \n3\n', 'dialogues_act.txt'),
      file('Hi , Ann . __eou__ Hi ! __eou__\nSo long . __eou__ Bye . __eou__\n', 'dialogues_text.txt'),
      file('0 4 \n0 5\n', 'dialogues_emotion.txt'),
    ]);
    expect(format).toBe('dailydialog');
    expect(dialogues.map(({ utterances }) => utterances)).toEqual([
      [
        { speaker: 'seeker', text: 'Hi , Ann .', act: 'inform', emotion: 'no emotion' },
        { speaker: 'supporter', text: 'Hi !', act: 'question', emotion: 'happiness' },
      ],
    ]);
    expect(bad).toEqual([{ place: 'dialogues_text.txt line 2', reason: 'It has 2 utterances but 1 labels of act.' }]);
  });

  it('is read from JSON lines of either kind', async () => {
    const { format, dialogues } = await readText(
      lines(
        { id: 'a', dialog: [{ content: 'Hi', act: 'inform', emotion: 'no emotion' }, { content: 'Hello' }] },
        { dialog: ['Hi', 'Hello'], act: [1, 1], emotion: [0, 6] },
      ),
    );
    expect(format).toBe('dailydialog');
    expect(dialogues.map((each) => [each.id, ...texts(each)])).toEqual([
      ['a', 'seeker: Hi', 'supporter: Hello'],
      ['dialogue 2', 'seeker: Hi', 'supporter: Hello'],
    ]);
    expect(dialogues[1]?.utterances[1]).toMatchObject({ act: 'inform', emotion: 'surprise' });
  });
});
