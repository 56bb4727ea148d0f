import type { Terms } from '../terms.ts';

export const terms: Terms = {
  compressions: {
    raw: 'Jedes Wort, wie es geschrieben wurde.',
    keypos: 'Nur Wörter wichtiger Wortarten, etwa Substantive, Verben und Pronomen.',
    nostopwords: 'Alles außer den 179 häufigsten englischen Wörtern.',
  },
  examples: [
    {
      title: 'Kleine Wörter können den Sinn umkehren',
      why:
        'Rowan sagt „I’m not being difficult“ und „I don’t do the face“. „Not“ ist kein wichtiges Wort, also lässt ' +
        'KeyPOS es weg, und der Satz sagt das Gegenteil.',
    },
    {
      title: 'Namen und Orte bleiben',
      why:
        'Harolds Tochter, seine Frau, ein See und eine Bibliothek: Substantive und Namen behalten beide ' +
        'Kompressionen. Was macht jede Antwort daraus?',
    },
    {
      title: 'Ein langes Gespräch, und was es spart',
      why:
        'Einundzwanzig Beiträge, von denen das Modell jedes Wort liest oder nur die Hälfte. Je länger ein Gespräch ' +
        'ist, desto mehr wird gespart, und desto weniger bleibt von der eigenen Stimme der Person.',
    },
  ],
};
