import type { Catalogue } from '../catalogue.ts';
import { countingIn } from '../counting.ts';

const count = countingIn('de');
const tokens = (n: number): string => count(n, 'Token', 'Tokens');

export const context: Catalogue['context'] = {
  inAll: (n) => `${tokens(n)} insgesamt`,
  aboutInAll: (n) => `Insgesamt etwa ${tokens(n)}`,
  estimated: 'Die Zahl der Tokens ist geschätzt: Das Labor kann den Tokenizer dieses Modells nicht benutzen.',
  estimatedYet: 'Die Zahl der Tokens ist geschätzt, bis ein Modell geladen ist.',
  fits: 'Wie viel hineinpasst',
  choosing: 'Wie Wörter ausgewählt werden',

  system: 'Systemprompt',
  notes: 'Notizen des Modells',
  unsent: (who) => `${who}, noch nicht gesendet`,
  outside: ', außerhalb des Fensters',
  nothingLeft: 'von dieser Nachricht bleibt nichts übrig',
  dropped: ' [weggelassen: ',
  notSentOpening: 'Nicht gesendet: Die Chatvorlage dieses Modells erlaubt nicht, dass es selbst den Anfang macht.',
  quoted: 'Weggefallen, wird aber mit deiner neuesten Nachricht zitiert, weil beide sich inhaltlich nahe sind.',
  summarised: 'Weggefallen; steht in den Notizen.',
  shortened: 'Gekürzt, um Platz zu schaffen.',
  negations: (n) => `${count(n, 'Verneinung', 'Verneinungen')} weggelassen: Das kann den Sinn ins Gegenteil verkehren.`,
  keepThem: 'Verneinungen behalten (anders als im Paper)',

  showDropped: 'Weggelassenes zeigen',
  newestWhole: 'Meine neueste Nachricht ungekürzt senden',
  newestWholeHint: 'Anders als im Paper, das sie kürzt wie jede andere.',
  keepNegations: 'Verneinungen behalten',
  keepNegationsHint:
    'Behält „not“, „never“, „don’t“ und Ähnliches. Anders als im Paper, dessen Methoden sie weglassen.',

  meterEmpty: 'Zahlen erscheinen, sobald du etwas schreibst.',
  about: (what) => `etwa ${what}`,
  fit: (fits, total) => `${fits} von ${total} ${fits === 1 ? 'passt' : 'passen'}`,
  used: (used, budget) => `${used} von ${tokens(budget)}`,
  all: (total, take) => `Alle ${total}: ${take}.`,

  window: 'Kontextfenster',
  windowOf: 'Kontextfenster',
  wholeWindow: (size) => `${size} (alles)`,
  windowHint:
    'Tu so, als könnte das Modell nur so viele Tokens aufnehmen, seine Antwort eingeschlossen. Die ältesten ' +
    'Nachrichten fallen zuerst weg; mit Kompression passen mehr hinein.',

  tagger: 'Tagger für KeyPOS',
  taggerOf: 'Tagger',
  taggerHint: (share) =>
    `Bestimmt die Wortart jedes Worts. In ${share} der Fälle behält oder streicht er ein Wort genauso, wie es bei ` +
    'von Hand bestimmten Wortarten geschähe (UD English-EWT, Entwicklungsteil).',
  kept: 'Wörter, die KeyPOS behält',
  asInPaper: 'wie im Paper',
  changed: 'geändert',
  partsOf: 'Wortarten',
  tick: 'Mit Häkchen bleiben alle Wörter einer Art.',
  parts: {
    NOUN: 'Substantive',
    PROPN: 'Eigennamen',
    PRON: 'Pronomen',
    VERB: 'Verben',
    AUX: 'Hilfsverben',
    ADJ: 'Adjektive',
    ADV: 'Adverbien',
    ADP: 'Präpositionen',
    SCONJ: 'Unterordnende Konjunktionen',
    CCONJ: 'Nebenordnende Konjunktionen',
    DET: 'Artikel und Begleiter',
    NUM: 'Zahlwörter',
    PART: 'Partikeln',
    INTJ: 'Interjektionen',
    PUNCT: 'Satzzeichen',
    SYM: 'Symbole',
    X: 'Sonstiges',
  },
  foreignWords: 'Fremdsprachiges',
  restoreParts: 'Auswahl wie im Paper',

  assist: 'Hilfe bei der neuesten Antwort',
  plainReply: (why) => `Es ist eine einfache Antwort. Der Grund, auf Englisch: ${why}`,
  foundBefore: (n) =>
    n === 1
      ? `${count(n, 'ähnliches Beispiel', 'ähnliche Beispiele')} aus dem Korpus stand vor dem Gespräch`
      : `${count(n, 'ähnliches Beispiel', 'ähnliche Beispiele')} aus dem Korpus standen vor dem Gespräch`,
  similarity: (dialogue, value) => `${dialogue}, Ähnlichkeit ${value}`,
  chosenFrom: (n) => `Von einem kleinen Modell aus ${count(n, 'Antwort', 'Antworten')} ausgewählt`,
  score: (value) => `Wert ${value}`,
  chosenScore: (value) => `Ausgewählt, Wert ${value}`,
  scoreHint:
    'Der Wert sagt, wie sehr eine Antwort denen des Korpus ähnelt und wie wenig den schlechten. Er versteht die ' +
    'Antworten nicht.',
};
