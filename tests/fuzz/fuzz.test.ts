import { describe, expect, it } from 'vitest';
import { FUZZ_FORMATS } from './formats.ts';
import { FAULTS, mutantFiles, soundInputs, tryMutant, type Mutant } from './mutant.ts';

const SEED = 7;
const COUNT = 40;

// `npm run fuzz` tries a thousand of each, in threads that are ended if a mutant hangs.
describe('damaged files', () => {
  it.each(FUZZ_FORMATS)(
    '$name: are refused with a reason or read, and never hang',
    { timeout: 60_000 },
    async (format) => {
      const inputs = await soundInputs(format);
      const mutants: Mutant[] = [];
      for (let index = 0; index < COUNT; index++) mutants.push(await tryMutant(format, inputs, SEED, index));
      expect(mutants.filter(({ outcome }) => FAULTS.includes(outcome))).toEqual([]);
      // A format whose mutants are all accepted, or all identical, is not tested at all.
      expect(mutants.some(({ outcome }) => outcome !== 'same')).toBe(true);
    },
  );

  it('are the same for the same seed', async () => {
    const [format] = FUZZ_FORMATS;
    const inputs = format ? await soundInputs(format) : [];
    expect(mutantFiles(inputs, SEED, 3)).toEqual(mutantFiles(inputs, SEED, 3));
    expect(mutantFiles(inputs, SEED, 3)).not.toEqual(mutantFiles(inputs, SEED + 1, 3));
  });
});
