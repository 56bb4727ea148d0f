import type { Catalogue } from '../catalogue.ts';
import { countingIn } from '../counting.ts';

const count = countingIn('de');

export const tour: Catalogue['tour'] = {
  lead: 'Drei Stationen in etwa 90 Sekunden. Die Antworten wurden vorab geschrieben, daher wird kein Modell geladen.',
  englishExample: 'Das Beispiel und die Antworten darauf sind auf Englisch.',
  stopList: 'Stationen der Tour',
  stops: {
    seen: {
      title: 'Was das Modell liest',
      says:
        'Ein Modell liest Tokens: Wörter und Wortteile. Um Zeit und Speicher zu sparen, kann man einige weglassen: ' +
        'Die durchgestrichenen kommen nie bei ihm an. KeyPOS streicht Artikel, Hilfsverben, Satzzeichen und „not“; ' +
        'so wird aus „I don’t do the face“ das Gegenteil.',
    },
    compare: {
      title: 'Was es antwortet',
      says:
        'Eine Nachricht, dreimal beantwortet vom selben Modell. Nur der Kontext ist anders; Raw sendet jedes Wort. ' +
        'Was hat jede Antwort noch verstanden?',
    },
    window: {
      title: 'Was noch hineinpasst',
      says:
        'Ein Modell kann nur eine begrenzte Zahl von Tokens aufnehmen: sein Kontextfenster. Wird ein Gespräch ' +
        'länger, fallen die ältesten Beiträge zuerst weg. Mach das Fenster kleiner: Raw verliert früher Beiträge; ' +
        'KeyPOS behält mehr davon, ohne ihre kleinen Wörter.',
    },
  },
  back: 'Zurück',
  next: 'Weiter',
  ownWords: 'Mit eigenen Worten ausprobieren',
  more: 'Weitere Vergleiche',
  leave: 'Tour verlassen',

  seeker: 'Hilfesuchende Person',
  supporter: 'Unterstützende Person',
  left: (compression, n, whole, turns) =>
    `${compression} sendet ${n} von ${count(whole, 'Token', 'Tokens')} aus ${count(turns, 'Beitrag', 'Beiträgen')}. ` +
    'Zwei davon:',
  window: 'Fenster:',
  average: (dialogues, saved, rise) =>
    `Im Mittel über ${dialogues} andere Dialoge spart KeyPOS ${saved} der Tokens, macht aber die ursprüngliche ` +
    `Antwort schwerer vorherzusagen: Ihre Perplexität steigt um ${rise}.`,
  averageToo: (saved, rise) => `Bei NoStopwords sind es ${saved} und ${rise}.`,
  kept: (turns, all, n) => `${turns} von ${all} Beiträgen, ${count(n, 'Token', 'Tokens')}`,
};
