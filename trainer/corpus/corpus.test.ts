import { describe, expect, it } from 'vitest';
import { checkCorpus } from './check.ts';
import { STRATEGIES } from '../../src/core/dataset/strategy.ts';
import { SCENES } from './scenes.ts';
import { corpusText } from './published.ts';
import { inTurn, parseSource } from './source.ts';
import { varietyOf } from './variety.ts';

/** Words that occur in no other turn. */
let count = 0;
const fresh = (words: number): string => Array.from({ length: words }, () => `word${++count}`).join(' ');
const utterances = (turns: number) =>
  Array.from({ length: turns }, (_, i) =>
    i % 2 === 0 ? `U: ${fresh(9)}` : `A[${STRATEGIES[i % 16] ?? ''}]: ${fresh(20)}`,
  ).join('\n');
const dialogue = (turns = 14, scene: string = SCENES[0]): string =>
  `### ${scene}\n= Somebody, 40, somewhere.\n${utterances(turns)}\n`;
const check = (text: string) => checkCorpus(parseSource(text, 'a.txt'), { whole: false });

describe('the corpus', () => {
  it('is read from the writers’ format and written in ExTES’s shape', () => {
    const [parsed] = parseSource(
      '### Academic Stress\n= Ana, 20.\n\nU: I failed.\nA[Clarification]: What happened?\n',
      'a.txt',
    );
    expect(parsed).toMatchObject({ scene: 'Academic Stress', situation: 'Ana, 20.', place: 'a.txt line 1' });
    expect(JSON.parse(corpusText(parsed ? [parsed] : []))).toEqual([
      {
        scene: 'Academic Stress',
        description: 'Ana, 20.',
        content: [{ User: 'I failed.' }, { AI: 'What happened?', 'AI Strategy': 'Clarification' }],
      },
    ]);
    expect(() => parseSource('### Academic Stress\nB: hm', 'b.txt')).toThrow(/b\.txt line 2/);
  });

  it('has one dialogue of each scene in turn', () => {
    const [first, second] = SCENES;
    const sources = [second, first, first, second, first].map((scene) => dialogue(14, scene)).join('\n');
    const order = inTurn(parseSource(sources, 'a.txt')).map(({ scene, place }) => [scene, Number(place.split(' ')[2])]);
    const lines = 17;
    expect(order).toEqual([
      [first, lines + 1],
      [second, 1],
      [first, 2 * lines + 1],
      [second, 3 * lines + 1],
      [first, 4 * lines + 1],
    ]);
  });

  it('passes when it follows its rules', () => {
    expect(check(`${dialogue()}\n${dialogue(24)}`).problems).toEqual([]);
  });

  it.each([
    [dialogue(10), '10 utterances'],
    [dialogue(14, 'Weather'), '"Weather" is not a scene'],
    [dialogue().replace(/A\[[^\]]+\]/, 'A[Juggling]'), 'unknown strategy "Juggling"'],
    [dialogue().replace(/U: .*\n/, ''), 'wrong speaker'],
    [dialogue().replace(/= .*\n/, ''), 'no description'],
    [dialogue().replace(/(A\[[^\]]+\]: ).*/, '$1Yes.'), 'has 1 words'],
  ])('reports a fault', (text, problem) => {
    expect(check(text).problems.join('\n')).toContain(problem);
  });

  it('finds runs of words that two dialogues share, and habitual openings', () => {
    const shared = 'you kept the small light on for him all night';
    const text = [dialogue(), dialogue()].map((each) => each.replace(/(A\[[^\]]+\]: )/, `$1${shared} `)).join('\n');
    expect(check(text).problems).toContainEqual(expect.stringContaining('"you kept the small light on for him"'));
    const opening = Array.from({ length: 4 }, () => dialogue().replace(/(A\[[^\]]+\]: )/, '$1That is a lot ')).join(
      '\n',
    );
    expect(check(opening).problems).toEqual([expect.stringContaining('"that is a lot" opens 4 supporter turns')]);
    expect(varietyOf(parseSource(text, 'a.txt')).supporterTurns).toBe(14);
  });

  it('requires 28 dialogues and all strategies per scene only when it is complete', () => {
    const { problems } = checkCorpus(parseSource(dialogue(), 'a.txt'), { whole: true });
    expect(problems).toContain('Breakups or Divorce: 1 dialogues; 28 are required');
    expect(problems).toContainEqual(expect.stringContaining('Breakups or Divorce: no turn has the strategy'));
  });
});
