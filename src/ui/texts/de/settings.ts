import type { Catalogue } from '../catalogue.ts';
import { countingIn } from '../counting.ts';

const count = countingIn('de');

export const settings: Catalogue['settings'] = {
  prompt: 'Systemprompt',
  promptOf: 'Systemprompt',
  promptHint: 'Steht vor dem Gespräch und sagt dem Modell, wie es antworten soll. Wird nie komprimiert.',
  restore: 'Alle Einstellungen zurücksetzen',
  copyLink: 'Link kopieren',
  linkHolds:
    'Der Link enthält diese Einstellungen und den Namen des Modells, aber nichts von dem, was du im Gespräch ' +
    'geschrieben hast.',

  decoding: {
    temperature: {
      label: 'Temperatur',
      explains:
        'Wie zufällig jedes Wort gewählt wird: Bei 0 ist es immer das wahrscheinlichste, höhere Werte bringen mehr ' +
        'Abwechslung.',
    },
    topP: {
      label: 'Top-p',
      explains:
        'Gewählt wird nur unter den wahrscheinlichsten Wörtern, die zusammen diesen Anteil an der Wahrscheinlichkeit ' +
        'erreichen.',
    },
    topK: {
      label: 'Top-k',
      explains: 'Gewählt wird nur unter so vielen der wahrscheinlichsten Wörter; 0 setzt keine Grenze.',
    },
    maxNewTokens: {
      label: 'Längste Antwort',
      explains: 'Nach so vielen Tokens endet eine Antwort, auch wenn sie noch nicht fertig ist.',
    },
  },
  exact: (label) => `${label}, genauer Wert`,
  settingMissing: 'Das Programm, das dieses Modell ausführt, hat diese Einstellung nicht.',
  paperUses: (value) => `Im Paper: ${value}.`,

  seed: 'Startwert',
  seedOf: 'Startwert (Seed)',
  anotherSeed: 'Anderen Startwert nehmen',
  keepSeed: 'Diesen Startwert für jede Antwort behalten',
  sameSeed: 'Derselbe Startwert für jede Antwort',
  newSeed: 'Ein neuer Startwert für jede Antwort',
  seedMissing: 'Das Programm, das dieses Modell ausführt, nimmt keinen Startwert an.',
  seedLocked: 'Festgehalten: Dieselben Nachrichten mit denselben Einstellungen ergeben dieselbe Antwort.',
  seedChanges: 'Ändert sich mit jeder Antwort. Halte ihn fest, damit sich Antworten wiederholen lassen.',

  none: 'keine',
  bestOf: 'Antworten zur Auswahl',
  bestOfHint:
    'Bei mehr als einer schreibt das Modell so viele Antworten, und ein zweites, kleines Modell zeigt dir die beste. ' +
    'Jede dauert so lange wie eine Antwort, und du siehst nichts, bis die letzte fertig ist.',
  exchanges: 'Ähnliche Beispiele',
  exchangesHint:
    'Das Modell liest zuerst so viele Nachrichten aus dem Solace-Korpus, die deiner ähneln, mit den Antworten ' +
    'darauf. In unseren Messungen hat das dem voreingestellten Modell nicht geholfen.',

  overflow: 'Wenn das Gespräch länger ist, als das Modell lesen kann',
  overflows: {
    drop: {
      name: 'Das Älteste weglassen',
      summary: 'Die ältesten Nachrichten fallen weg, der Rest bleibt, wie er ist.',
    },
    ends: {
      name: 'Den Anfang behalten',
      summary: 'Die ersten zwei Nachrichten bleiben, danach fallen die ältesten weg.',
    },
    shorten: {
      name: 'Älteres kürzen',
      summary:
        'Alte Nachrichten verlieren ihre weniger wichtigen Wörter, bevor sie wegfallen: erst mit KeyPOS, dann mit ' +
        'NoStopwords.',
    },
    summarise: {
      name: 'Zusammenfassen',
      summary:
        'Das Modell macht sich Notizen zu den ältesten Nachrichten und liest nur noch diese. Das braucht ' +
        'ab und zu etwas Zeit.',
    },
    select: {
      name: 'Vorhersehbares weglassen',
      summary: 'Alte Nachrichten verlieren die Wörter, die das Modell am ehesten erraten hätte (Selective Context).',
    },
    recall: {
      name: 'Bei Bedarf zurückblicken',
      summary:
        'Die ältesten Nachrichten fallen weg; was der neuesten inhaltlich nahekommt, wird mit ihr zusammen zitiert.',
    },
  },
  overflowFrees:
    'Jedes Mal wird ein Viertel des Fensters frei, damit bei den meisten Antworten nur das Neue gelesen werden muss.',
  overflowLater: 'Das Modell tut das, wenn es antwortet; bis dahin wird das Älteste als weggelassen angezeigt.',
  overflowMissing: 'Das geht hier gerade nicht, deshalb wird das Älteste nur weggelassen.',

  changed: {
    compression: (name) => `Kompression ${name}`,
    tagger: (name) => `Tagger ${name}`,
    keeps: (tags) => `behält ${tags}`,
    decoding: (label, value) => `${label} ${value}`,
    bestOf: (n) => `die beste von ${count(n, 'Antwort', 'Antworten')}`,
    exchanges: (n) => count(n, 'ähnliches Beispiel', 'ähnliche Beispiele'),
    budget: (n) => `Kontextfenster ${count(n, 'Token', 'Tokens')}`,
    overflow: (name) => `wenn es voll ist: ${name}`,
    newestWhole: 'neueste Nachricht ungekürzt',
    newestShortened: 'neueste Nachricht gekürzt wie die anderen',
    negationsKept: 'Verneinungen bleiben',
    negationsDropped: 'Verneinungen fallen weg wie im Paper',
    seed: (seed) => `Startwert ${seed}`,
    model: (name) => `Modell ${name}`,
  },
};
