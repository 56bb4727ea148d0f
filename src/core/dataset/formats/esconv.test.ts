import { describe, expect, it } from 'vitest';
import { readDataset } from '../read.ts';
import { ESCONV, file, lines, readText, texts } from '../testing/read-text.ts';

const ORIGINAL = {
  problem_type: 'breakup',
  dialog: [
    { speaker: 'speaker', annotation: {}, content: 'Anyone there?\n' },
    { speaker: 'listener', annotation: { strategy: 'Others' }, content: 'Yes.\n' },
  ],
};

describe('ESConv', () => {
  it.each(['{}', '""', '[]', 'null', '{"seeker": {}}', '{"seeker": "", "supporter": null}', '"none"'])(
    'is read with an empty survey: %s',
    async (survey) => {
      const { dialogues, bad } = await readText(
        `{"problem_type": "x", "survey_score": ${survey}, "dialog": [{"text": "Hi", "speaker": "usr"}]}`,
      );
      expect(bad).toEqual([]);
      expect(dialogues[0]?.survey).toBeUndefined();
    },
  );

  it.each(['\n', '\n  \n\t\n', ''])('has no dialogue in blank lines: %j', async (text) => {
    const found = await readDataset([file(text)], { format: 'esconv' }).then(
      ({ dialogues, bad }) => ({ dialogues, bad }),
      String,
    );
    expect(JSON.stringify(found)).not.toMatch(/labels/);
  });

  it('is read in both published shapes', async () => {
    const { format, dialogues, bad } = await readText(lines(ESCONV, ORIGINAL));
    expect({ format, bad }).toEqual({ format: 'esconv', bad: [] });
    expect(dialogues[0]).toEqual({
      id: 'dialogue 1',
      scene: 'job crisis',
      emotion: 'fear',
      situation: 'Short of work.',
      survey: { seeker: { empathy: 5 }, supporter: {} },
      utterances: [
        { speaker: 'supporter', text: 'Hello.', strategy: 'Question' },
        { speaker: 'seeker', text: 'I may lose my place.' },
      ],
    });
    expect(texts(dialogues[1])).toEqual(['seeker: Anyone there?', 'supporter: Yes.']);
    expect(dialogues[1]?.utterances[1]?.strategy).toBe('Others');
  });

  it('reports each malformed record with its line and reason, and loads the others', async () => {
    const wrong = { ...ESCONV, dialog: [{ text: 'Hi', speaker: 'nobody' }] };
    const { dialogues, bad, badCount } = await readText(
      lines('{"dialog": [', ESCONV, wrong, { ...ESCONV, dialog: null }, '', { ...ESCONV, dialog: [] }, '7', ESCONV),
    );
    expect(dialogues.map(({ id }) => id)).toEqual(['dialogue 2', 'dialogue 7']);
    expect(badCount).toBe(5);
    expect(bad.map(({ place, reason }) => `${place}: ${reason}`)).toEqual([
      expect.stringMatching(/^data\.jsonl line 1: It is not JSON: /),
      expect.stringMatching(/^data\.jsonl line 3: dialog\[0\]\.speaker: /),
      expect.stringMatching(/^data\.jsonl line 4: dialog: .*null/),
      'data.jsonl line 6: It has no utterance with text.',
      'data.jsonl line 7: It is not a JSON object.',
    ]);
  });
});
