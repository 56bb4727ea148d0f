import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labCallAt, spokenDocumentation } from './lab-documentation.ts';
import { LAB_FUNCTIONS } from './lab-functions.ts';

describe('the documentation of lab', () => {
  it.each([
    ['const a = await lab.generate(messages);', 16, 'generate'],
    ['const a = await lab.generate(messages);', 28, 'generate'],
    ['const a = await lab.generate(messages);', 33, 'generate'],
    ['const a = await lab.generate(messages);', 15, undefined],
    ['const a = await lab.generate(messages);', 38, undefined],
    ['lab.measure(f(await lab.compress(t)), {})', 34, 'compress'],
    ['lab.measure(f(await lab.compress(t)), {})', 38, 'measure'],
    ['lab.until(invalidation).score(x)', 31, 'score'],
    ['lab.nothing(x)', 6, undefined],
    ['collab.score(x)', 9, undefined],
  ])('in %j at column %i is that of %s', (line, column, name) => {
    expect(labCallAt(line, column)?.found.name).toBe(name);
  });

  it('is found for any text and covers the name', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('l', 'a', 'b', '.', 's', 'c', 'o', 'r', 'e', '(', ')', ',', ' ', 'lab.score('),
        }),
        fc.nat(40),
        (line, column) => {
          const call = labCallAt(line, column);
          if (!call) return;
          expect(line.slice(call.from, call.to)).toMatch(new RegExp(`^lab\\..*\\b${call.found.name}$`));
          expect(call.from).toBeLessThanOrEqual(column);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('names every parameter, for a screen reader too', () => {
    for (const each of LAB_FUNCTIONS) {
      const spoken = spokenDocumentation(each);
      expect(spoken).toContain(each.about.replaceAll('`', ''));
      expect(spoken).not.toContain('`');
      for (const [name = '?', meaning = '?'] of each.parameters) {
        expect(each.signature).toContain(name);
        expect(spoken).toContain(meaning.replaceAll('`', ''));
      }
      expect(each.example).toContain(each.name);
    }
  });
});
