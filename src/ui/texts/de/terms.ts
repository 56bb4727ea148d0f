import type { Terms } from '../terms.ts';

export const terms: Terms = {
  compressions: {
    raw: 'Jedes Wort, wie es geschrieben wurde.',
    keypos: 'Nur Wörter wichtiger Wortarten, etwa Substantive, Verben und Pronomen.',
    nostopwords: 'Alles außer den 179 häufigsten englischen Wörtern.',
  },
};
