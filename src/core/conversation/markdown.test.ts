import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMarkdown, type Block, type Inline } from './markdown.ts';

const text = (of: string): Inline => ({ kind: 'text', text: of });

describe('Markdown in replies', () => {
  it.each([
    '',
    'It is late.',
    'One\n\nTwo',
    '2 * 3 * 4',
    'snake_case_name and 5 > 3',
    'a*b*c',
    '[no link]',
    '** bold**',
  ])('leaves a plain text alone: %j', (plain) => {
    expect(readMarkdown(plain)).toBeNull();
  });

  it('reads bold, italic, code and links within a paragraph', () => {
    expect(readMarkdown('Try **three small** *things*: `walk`, _rest_, [the NHS page](https://nhs.uk/x).')).toEqual([
      {
        kind: 'paragraph',
        inlines: [
          text('Try '),
          { kind: 'strong', text: 'three small' },
          text(' '),
          { kind: 'em', text: 'things' },
          text(': '),
          { kind: 'code', text: 'walk' },
          text(', '),
          { kind: 'em', text: 'rest' },
          text(', '),
          { kind: 'link', text: 'the NHS page', href: 'https://nhs.uk/x' },
          text('.'),
        ],
      },
    ]);
  });

  it('reads headings, lists, quotes and code', () => {
    const source =
      '## Now\nFirst:\n- rest\n- **eat**\n\n3. call\n4. write\n> you said\n> so\n```js\nx < 1 && **y**\n```\nEnd';
    expect(readMarkdown(source)).toEqual([
      { kind: 'heading', inlines: [text('Now')] },
      { kind: 'paragraph', inlines: [text('First:')] },
      { kind: 'list', ordered: false, start: 1, items: [[text('rest')], [{ kind: 'strong', text: 'eat' }]] },
      { kind: 'list', ordered: true, start: 3, items: [[text('call')], [text('write')]] },
      { kind: 'quote', inlines: [text('you said\nso')] },
      { kind: 'code', text: 'x < 1 && **y**' },
      { kind: 'paragraph', inlines: [text('End')] },
    ] satisfies Block[]);
  });

  it('reads a table, also with cells too few or too many', () => {
    expect(readMarkdown('Two:\n| Habit | Helps |\n|:---|---:|\n| Walk | **a lot** |\n| Rest |\n|a|b|c|\nEnd')).toEqual([
      { kind: 'paragraph', inlines: [text('Two:')] },
      {
        kind: 'table',
        head: [[text('Habit')], [text('Helps')]],
        rows: [
          [[text('Walk')], [{ kind: 'strong', text: 'a lot' }]],
          [[text('Rest')]],
          [[text('a')], [text('b')], [text('c')]],
        ],
      },
      { kind: 'paragraph', inlines: [text('End')] },
    ] satisfies Block[]);
    for (const plain of ['| no rule |\n| below |', '|', 'a | b\n--- | ---', '| a |\n|:|'])
      expect(readMarkdown(plain)).toBeNull();
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    '//evil.example',
    'file:///etc/passwd',
    ' https://a',
    'vbscript:x',
  ])('makes no link to %s', (address) => {
    const blocks = readMarkdown(`**see** [this](${address})`);
    expect(JSON.stringify(blocks)).not.toContain('"link"');
    expect(JSON.stringify(blocks)).toContain('[this]');
  });

  it('reads anything quickly, and an unfinished fence to its end', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('*', '_', '`', '[', ']', '(', ')', '>', '-', '#', '1', '.', '|', ':', ' ', '\n', 'a'),
        }),
        (any) => void readMarkdown(any),
      ),
    );
    for (const nasty of ['*', '_', '[', '`', '**a', '[a](', '> ', '|-', '| ', '|\n']) readMarkdown(nasty.repeat(5000));
    expect(readMarkdown('```\nx')).toEqual([{ kind: 'code', text: 'x' }]);
    expect(readMarkdown(`**a** ${'x'.repeat(30_000)}`)).toBeNull();
  });
});
