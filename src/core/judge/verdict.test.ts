import { describe, expect, it } from 'vitest';
import { scores } from './testing/fake-judge.ts';
import { readPreference, readScoreList, readVerdict } from './verdict.ts';

describe('readVerdict', () => {
  const all = scores(4, 3, 5, 0);
  it.each([
    ['{"engagement": 4, "comforting": 3, "appropriateness": 5, "suggestion": 0}', false],
    [
      'Here you are:\n```json\n{"Engagement": "4/5", "Comforting": 3, "Appropriateness": 5, "Suggestion": 0}\n```',
      true,
    ],
    ["{engagement: 4, 'comforting': 3/5, 'appropriateness': 5, 'suggestion': 0,}", true],
    ['**Engagement**: 4\n- Comforting: 3/5\nAppropriateness - 5\nSuggestion: score 0', true],
    ['Engagement (0-5): 4\nComforting (0 to 5): 3.0\nAppropriateness (out of 5): 5\nSuggestion (0–5) = 0.', true],
    ['| Engagement | 4 |\n| Comforting | 3 |\n| Appropriateness | 5 out of 5 |\n| Suggestion | 0 |', true],
  ])('reads %j', (text, repaired) => {
    expect(readVerdict(text)).toEqual({ kind: 'scores', scores: all, repaired });
  });

  it.each([
    ["I'm sorry, but I can't rate this.", 'refused'],
    ['The supporter is kind.', 'unreadable'],
    ['{"engagement": 9, "comforting": 3, "appropriateness": 5, "suggestion": 0}', 'unreadable'],
    ['{"engagement": null, "comforting": 3, "appropriateness": 5, "suggestion": 0}', 'unreadable'],
    ['{"engagement": 4, "comforting": -3, "appropriateness": 5, "suggestion": 0}', 'unreadable'],
    ["{'engagement': 4, 'comforting': '3/10', 'appropriateness': 5, 'suggestion': 0}", 'unreadable'],
    ...['-3', '–3', '3/10', '3 out of 10', '3/50', '3-4', '3 to 4', '3%', '3,5', '<3', '13'].map(
      (score): [string, string] => [
        `Engagement: 4\nComforting: ${score}\nAppropriateness: 5\nSuggestion: 0`,
        'unreadable',
      ],
    ),
    ['Engagement (1-5): 4\nComforting (1-5): 3\nAppropriateness (1-5): 5\nSuggestion (1-5): 1', 'unreadable'],
    ['', 'unreadable'],
  ])('reads %j as %s', (text, kind) => {
    expect(readVerdict(text)).toEqual({ kind });
  });

  it.each([
    ['[4, 3, 5, 0]'],
    ['4, 3.0, 5/5, 0.'],
    ['Here is the list: [4, 3, 5, 0]\n\nThe supporter listens well [mostly].'],
    ['[Engagement: 4, Comforting: 3, Appropriateness: 5, Suggestion: 0]'],
    ['- Engagement: 4\n- Comforting: 3\n- Appropriateness: 5\n- Suggestion: 0'],
    ["{engagement: 4, 'comforting': 3/5, 'appropriateness': 5, 'suggestion': 0,}"],
  ])('reads the list %j', (text) => {
    expect(readScoreList(text)).toEqual({ kind: 'scores', scores: all, repaired: false });
  });

  it.each([
    ['[4, 3, 5]', 'unreadable'],
    ['[4, 3, 5, 9]', 'unreadable'],
    ['[4, 3, 5, -1]', 'unreadable'],
    ['[4, 3, 5/10, 1]', 'unreadable'],
    ['[4, 3, 5, 0] or rather [4, 3, 4, 0]', 'unreadable'],
    ['1. 4\n2. 3\n3. 5\n4. 0', 'unreadable'],
    ["I'm sorry, but I can't rate this.", 'refused'],
    ['', 'unreadable'],
  ])('reads the list %j as %s', (text, kind) => {
    expect(readScoreList(text)).toEqual({ kind });
  });

  it('reads preferences', () => {
    expect(['A', ' b.', 'Tie', 'Reply B is better', 'Neither', 'Both'].map(readPreference)).toEqual([
      'a',
      'b',
      'tie',
      'b',
      undefined,
      undefined,
    ]);
    expect(
      ['A tie.', '**A**', 'A and B are equal', 'Reply A or B', 'A, because B asks nothing'].map(readPreference),
    ).toEqual(['tie', 'a', undefined, undefined, 'a']);
  });
});
