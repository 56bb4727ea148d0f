import type { Catalogue } from '../catalogue.ts';
import { countingIn } from '../counting.ts';

const count = countingIn('de');

export const tour: Catalogue['tour'] = {
  lead:
    'Drei Stationen in etwa 90 Sekunden. Dafür wird kein Modell geladen: Die Antworten hat das Modell des Labors ' +
    'schon vorher geschrieben.',
  englishExample: 'Das Beispiel und die Antworten darauf sind auf Englisch.',
  stopList: 'Stationen der Tour',
  stops: {
    seen: {
      title: 'Was das Modell liest',
      says:
        'Ein Sprachmodell liest vor jeder Antwort das Gespräch, in Tokens: kurzen Wörtern und Teilen von längeren. ' +
        'Damit das weniger Aufwand macht, kann man vorher Wörter weglassen: Die durchgestrichenen kommen beim Modell ' +
        'nie an. KeyPOS streicht Artikel, Hilfsverben, Satzzeichen und „not“. Deshalb sagt „I don’t do the face“ ' +
        'das Gegenteil.',
    },
    compare: {
      title: 'Was es antwortet',
      says:
        'Dieselbe Nachricht, dasselbe Modell, dieselben Zufallszahlen; nur der Kontext ist anders. Weniger Tokens ' +
        'brauchen weniger Zeit und Speicher. (Zum Prompt gehören auch die Anweisungen und die Marken zwischen den ' +
        'Beiträgen.) Lies die Antworten: Was hat jede von ihnen noch verstanden?',
    },
    window: {
      title: 'Was noch hineinpasst',
      says:
        'Ein Modell kann nur eine begrenzte Zahl von Tokens aufnehmen: sein Kontextfenster. Wird ein Gespräch ' +
        'länger, fallen die ältesten Beiträge zuerst weg. Mach das Fenster kleiner: KeyPOS vergisst Wörter, Raw ' +
        'vergisst ganze Beiträge.',
    },
  },
  back: 'Zurück',
  next: 'Weiter',
  ownWords: 'Mit eigenen Worten ausprobieren',
  more: 'Weitere Vergleiche',
  leave: 'Tour verlassen',
  resumes: 'Wenn du wiederkommst, geht es hier weiter.',

  seeker: 'Hilfe suchende Person',
  supporter: 'Helfende Person',
  left: (compression, n, whole) => `${compression}: ${count(n, 'Token', 'Tokens')} von ${whole}.`,
  window: 'Fenster:',
  average: (dialogues, saved, rise) =>
    `Im Mittel über ${dialogues} andere Dialoge spart KeyPOS ${saved} der Tokens, und das Modell erwartet die ` +
    `ursprüngliche Antwort weniger: Seine Perplexität (je niedriger, desto besser) steigt um ${rise}.`,
  averageToo: (saved, rise) => `NoStopwords spart ${saved} und erhöht sie um ${rise}.`,
  kept: (turns, all, n) => `${turns} von ${all} Beiträgen, ${count(n, 'Token', 'Tokens')}`,
};
