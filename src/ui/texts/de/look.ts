import type { Catalogue } from '../catalogue.ts';

export const look: Catalogue['look'] = {
  inside: 'In dieser Antwort',
  closeKey: 'Schließen (Esc)',
  reading: 'Liest das Gespräch noch einmal…',
  point:
    'Zeig auf ein Wort oder nimm die Pfeiltasten: Je dunkler der Hintergrund, desto weniger hat das Modell das Wort ' +
    'erwartet.',
  words: 'Wörter der Antwort',
  space: 'Leerzeichen',
  lineBreak: 'Zeilenumbruch',
  probability: (share) => `hatte eine Wahrscheinlichkeit von ${share}.`,
  noAlternatives: 'Das Programm, das dieses Modell ausführt, sagt nicht, welche anderen Wörter wahrscheinlich waren.',

  likeliest: 'Die wahrscheinlichsten Wörter an dieser Stelle, aus Sicht des Modells und mit diesen Einstellungen',
  word: 'Wort',
  model: 'Modell',
  withSettings: 'Mit diesen Einstellungen',
  chosen: '(gewählt)',

  dropped: 'Weggelassene Wörter',
  droppedHead: 'Was die weggelassenen Wörter geändert hätten',
  weighing: (done, all) => `${done} von ${all} Wörtern wieder eingesetzt und neu gelesen.`,
  stop: 'Anhalten',
  weighHint:
    'Jedes Wort, das die Kompression weggelassen hat, wird wieder eingesetzt, und dieselbe Antwort wird noch einmal ' +
    'gelesen: War sie leichter zu erwarten? Das Modell liest das Gespräch für jedes Wort einmal.',
  weigh: 'Gewicht berechnen',
  nothingDropped: 'Von dem, was das Modell gelesen hat, wurde kein Wort weggelassen.',
  change: 'Änderung des Loss, Nats pro Token',
  changeHint: 'Sinkt der Loss, hätte das Wort geholfen. Eine einzelne Antwort ist ein Beispiel und kein Durchschnitt.',

  failed: 'Die Antwort konnte nicht untersucht werden.',
};
