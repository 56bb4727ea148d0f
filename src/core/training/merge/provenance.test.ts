import { describe, expect, it } from 'vitest';
import { combinedDataset, combinedLicence, commonRepresentation, dataRow, parseDataRow } from './provenance.ts';

const NC = { name: 'esconv', licence: 'Apache-2.0 (base weights); adapter CC BY-NC 4.0', dataset: 'ESConv' };
const BY = { name: 'solace', licence: 'Apache-2.0 (base weights); adapter CC BY 4.0', dataset: 'Solace' };

describe('what is made of several adapters', () => {
  it('has the strictest licence, in either order, and names all of them', () => {
    for (const sources of [
      [NC, BY],
      [BY, NC],
    ]) {
      const licence = combinedLicence(sources);
      expect(licence?.startsWith(`${NC.licence}. This is the strictest`)).toBe(true);
      expect(licence).toContain(`solace: ${BY.licence}`);
    }
  });

  it('keeps a licence that all share, and says which source states none', () => {
    expect(combinedLicence([NC, { ...NC, name: 'other' }])).toBe(NC.licence);
    expect(combinedLicence([{ name: 'mine' }])).toBeUndefined();
    expect(combinedLicence([BY, { name: 'mine' }])).toContain('mine: not stated');
    expect(
      combinedLicence([
        { name: 'a', licence: 'MIT' },
        { name: 'b', licence: 'Custom terms' },
      ]),
    ).toMatch(/^Custom/);
  });

  it('has the data of all, and a representation only if they share it', () => {
    expect(combinedDataset([NC, BY, NC, { name: 'mine' }])).toBe('ESConv / Solace / not stated (mine)');
    expect(combinedDataset([{ name: 'mine' }])).toBeUndefined();
    expect(commonRepresentation([{ name: 'a', representation: 'raw' }])).toBe('raw');
    expect(commonRepresentation([{ name: 'a', representation: 'raw' }, { name: 'b' }])).toBeUndefined();
  });

  it('reads the row about the data that it wrote', () => {
    for (const representation of ['keypos', undefined] as const)
      expect(parseDataRow(dataRow({ dataset: 'ESConv; for research', representation }))).toEqual({
        dataset: 'ESConv; for research',
        representation,
      });
  });
});
