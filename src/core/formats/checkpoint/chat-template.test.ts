import { describe, expect, it } from 'vitest';
import { compileTemplate } from './chat-template.ts';

const render = (source: string, now?: Date): string =>
  compileTemplate(source, 'model').render(
    { messages: [{ role: 'user', content: 'Hi' }], add_generation_prompt: false },
    now,
  );

describe('compileTemplate', () => {
  it.each([
    ['an endless range', '{% for i in range(10 ** 9) %}x{% endfor %}'.replace('10 ** 9', '1000000000')],
    [
      'ranges in ranges',
      '{% for i in range(90000) %}{% for j in range(90000) %}{% for k in range(90000) %}x{% endfor %}{% endfor ' +
        '%}{% endfor %}',
    ],
    [
      'replacements that multiply',
      "{% set ns = namespace(x='aaaaaaaa') %}{% for i in range(99) %}{% set ns.x = ns.x | replace('a', 'aaaaaaaa') " +
        '%}{% endfor %}',
    ],
    [
      'text that doubles',
      "{% set ns = namespace(x='aaaaaaaa') %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
    ],
    [
      'loops over the messages in loops',
      '{% for i in range(50000) %}{% for m in messages %}{% for j in range(50000) %}{{ m.content }}{% endfor %}{% ' +
        'endfor %}{% endfor %}',
    ],
  ])('stops %s', (_, source) => {
    expect(() => render(source)).toThrow(
      expect.objectContaining({ code: 'bad-config', message: expect.stringContaining('was stopped') }),
    );
  });

  it.each([
    ['long white space', ' '.repeat(100_000)],
    ['a text that is far too long', 'x'.repeat(500_000)],
    ['a mistake', '{% for %}'],
  ])('refuses %s', (_, source) => {
    expect(() => compileTemplate(source, 'model')).toThrow(expect.objectContaining({ code: 'bad-config' }));
  });

  it('renders a conversation of a thousand long messages', () => {
    const source =
      "{% for m in messages[::-1] %}{% if m.role == 'user' and not m.content.startswith('x') %}{% set last = " +
      "loop.index0 %}{% endif %}{% endfor %}{% for m in messages %}<{{ m['role'] + '>' + m['content'] | trim }}{% " +
      'endfor %}';
    const messages = Array.from({ length: 1000 }, (_, i) => ({
      role: i % 2 ? 'assistant' : 'user',
      content: 'some words '.repeat(60),
    }));
    expect(compileTemplate(source, 'model').render({ messages })).toHaveLength(
      messages.reduce((sum, { role, content }) => sum + role.length + 2 + content.trim().length, 0),
    );
  });

  it('prints the given date in English', () => {
    const now = new Date(2026, 0, 5, 14, 3, 9);
    expect(render("{{ strftime_now('%d %b %Y, %A %B %-x %H:%M:%S %I %p %y%%') }}", now)).toBe(
      '05 Jan 2026, Monday January %-x 14:03:09 02 PM 26%',
    );
  });

  it('ignores generation tags and lets templates refuse', () => {
    expect(render('{% for m in messages %}{% generation %}{{ m.content }}{% endgeneration %}{% endfor %}')).toBe('Hi');
    expect(() => render("{{ raise_exception('No thanks') }}")).toThrow('No thanks');
  });
});
