import { describe, expect, it } from 'vitest';
import { readText, texts } from '../testing/read-text.ts';

describe('EmpatheticDialogues', () => {
  const HEADER = 'conv_id,utterance_idx,context,prompt,speaker_idx,utterance,selfeval,tags';

  it('is read from its CSV', async () => {
    const { format, dialogues, bad } = await readText(
      [
        HEADER,
        'hit:0,1,proud,It went well_comma_ at last,7,I won_comma_ "really",5|5,',
        'hit:0,2,proud,It went well_comma_ at last,3,Great!,5|5,',
        'hit:1,1,sad,x,1,One,,',
        'hit:1,3,sad,x,1,Three,,',
        'hit:2,one',
        '',
      ].join('\r\n'),
      'train.csv',
    );
    expect(format).toBe('empathetic');
    expect(dialogues).toEqual([
      {
        id: 'hit:0',
        emotion: 'proud',
        situation: 'It went well, at last',
        utterances: [
          { speaker: 'seeker', text: 'I won, "really"' },
          { speaker: 'supporter', text: 'Great!' },
        ],
      },
    ]);
    expect(bad.map(({ place }) => place)).toEqual(['train.csv line 6', 'train.csv line 4']);
  });

  it('may begin with blank lines', async () => {
    const { dialogues, bad } = await readText(
      `\n \n${HEADER}\nhit:0,1,proud,x,7,I won,,\nhit:0,2,proud,x,3,Great!,,\n`,
      'train.csv',
    );
    expect(dialogues.map(texts)).toEqual([['seeker: I won', 'supporter: Great!']]);
    expect(bad).toEqual([]);
  });
});
