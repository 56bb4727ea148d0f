import type { Catalogue } from '../catalogue.ts';
import { countingIn } from '../counting.ts';

const count = countingIn('de');

export const data: Catalogue['data'] = {
  lead: 'Dialoge zum Lesen, Auswerten und Trainieren. Was du hinzufügst, bleibt in diesem Browser.',
  datasets: 'Datensätze',
  parts: {
    test: 'Ein Fünftel des Korpus, um Modelle auszuwerten, die mit dem anderen Teil trainiert wurden.',
    train: 'Die übrigen vier Fünftel, um Modelle zu trainieren.',
  },
  builtIn: 'Gehört zum Labor: von Sprachmodellen dafür geschrieben und nach festen Regeln geprüft. Text: CC BY 4.0.',
  howMade: 'Wie er entstanden ist',
  notKept: 'Für diesen Datensatz war kein Platz im Speicher; er ist weg, sobald du diese Seite schließt.',
  export: 'Exportieren',
  exportNamed: (name) => `${name} exportieren`,
  remove: 'Entfernen',
  removeNamed: (name) => `${name} entfernen`,
  removeHead: (name) => `${name} entfernen?`,
  removeBody: (dialogues) =>
    `${count(dialogues, 'Dialog wird', 'Dialoge werden')} aus diesem Browser gelöscht. Die ursprüngliche Datei ` +
    'bleibt, wie sie ist.',
  dialogues: (n) => count(n, 'Dialog', 'Dialoge'),
  utterances: (n) => count(n, 'Äußerung', 'Äußerungen'),
  leftOut: (n) => `${count(n, 'Eintrag', 'Einträge')} ausgelassen`,
  formats: { chat: 'Chat-Nachrichten', lab: 'eigenes Format des Labors' },

  ways: 'Möglichkeiten, einen Datensatz hinzuzufügen',
  dropHere:
    'Zieh ESConv, ExTES, DailyDialog, EmpatheticDialogues oder Chats hierher: als JSON, JSON-Zeilen, CSV oder Text, ' +
    'mit oder ohne gzip. Dateien, die du zusammen hierherziehst, werden ein Datensatz.',
  address: 'Adresse einer Datei mit Dialogen',
  addressHint:
    'Diese Seite lädt die Datei herunter, und sie bleibt in diesem Browser. Der Server muss anderen Seiten erlauben, ' +
    'sie zu lesen, wie es die Raw-Adressen von GitHub und Hugging Face tun.',
  readingNamed: (name) => `${name} wird gelesen`,
  imported: (dialogues) => `${count(dialogues, 'Dialog', 'Dialoge')} importiert.`,
  importedWithout: (dialogues, records) =>
    `${count(dialogues, 'Dialog', 'Dialoge')} importiert, ${count(records, 'Eintrag', 'Einträge')} ausgelassen.`,

  about: (name) => `Über ${name}`,
  tabs: { dialogues: 'Dialoge', statistics: 'Statistik' },
  malformedTab: (records) => `Ausgelassen (${records})`,
  choose: 'Wähle einen Dialog, um ihn zu lesen.',
  counting: 'Wird gezählt…',
  exportThese: 'Diese Dialoge exportieren',
  exportStatistics: 'Statistik exportieren',

  filter: 'Dialoge filtern',
  words: 'Wörter',
  scene: 'Szene',
  emotion: 'Emotion',
  strategy: 'Strategie',
  any: 'alle',
  foundOf: (found, all) => `${count(found, 'Dialog', 'Dialoge')} von ${count(all, 'Dialog', 'Dialogen')}`,
  clearFilter: 'Filter zurücksetzen',
  noneFound: 'Zu diesem Filter passt kein Dialog.',
  more: 'Mehr zeigen',
  moreOf: (utterances) => `Mehr von ${count(utterances, 'Äußerung', 'Äußerungen')} zeigen`,

  back: 'Zurück zur Liste',
  continueInChat: 'Im Chat fortsetzen',
  chatFrom: 'Ab hier chatten',
  chatFromTurn: (turn) => `Ab hier chatten, Äußerung ${turn}`,
  compareFrom: 'Ab hier vergleichen',
  compareFromTurn: (turn) => `Ab hier vergleichen, Äußerung ${turn}`,
  seeker: 'Hilfesuchende',
  supporter: 'Unterstützende',

  malformed: (records) =>
    `${count(records, 'Eintrag war fehlerhaft und wurde', 'Einträge waren fehlerhaft und wurden')} ausgelassen; die ` +
    'übrigen wurden gelesen.',
  malformedList: 'Fehlerhafte Einträge',
  onlyFirst: (records) => `Nur die ersten ${records} sind aufgeführt.`,

  size: 'Größe des Datensatzes',
  both: 'Beide',
  rows: {
    dialogues: 'Dialoge',
    utterances: 'Äußerungen',
    words: 'Wörter',
    perDialogue: 'Äußerungen je Dialog, im Mittel',
    perUtterance: 'Wörter je Äußerung, im Mittel',
  },
  sizeNote: (supporterFirst, neighbours) =>
    `Wörter sind durch Leerraum getrennt. In ${count(supporterFirst, 'Dialog', 'Dialogen')} spricht zuerst die ` +
    `unterstützende Seite; ${count(neighbours, 'Äußerung folgt', 'Äußerungen folgen')} auf eine derselben Seite.`,

  figures: {
    utterances: 'Äußerungen in einem Dialog',
    dialogues: 'Dialoge',
    oneLength: (utterances, dialogues) => `${utterances} Äußerungen: ${dialogues} Dialoge`,
    lengths: (from, to, dialogues) => `${from} bis ${to} Äußerungen: ${dialogues} Dialoge`,
    words: 'Wörter in einer Äußerung',
    share: '% der Äußerungen dieser Seite',
    seeker: 'Hilfesuchende',
    supporter: 'Unterstützende',
    shareOf: (speaker, percent, from, to) => `${speaker}: ${percent} % haben ${from} bis ${to} Wörter`,
  },
  dialogueLengths: 'Länge der Dialoge',
  dialogueLengthsLabel: (mean) => `Histogramm: wie viele Dialoge wie viele Äußerungen haben; im Mittel ${mean}`,
  utteranceLengths: 'Länge der Äußerungen',
  utteranceLengthsLabel: (seeker, supporter) =>
    `Anteile der Äußerungen nach der Zahl ihrer Wörter; im Mittel ${seeker} bei Hilfesuchenden, ${supporter} bei ` +
    'Unterstützenden',
  longestLeftOut: 'Ohne das längste Hundertstel.',
  bars: {
    strategies: { title: 'Strategien', of: (n) => `Von ${n} unterstützenden Äußerungen mit Strategie` },
    scenes: { title: 'Szenen', of: (n) => `Von ${n} Dialogen mit Szene` },
    emotions: { title: 'Emotionen', of: (n) => `Von ${n} Dialogen mit Emotion` },
  },
  barsLabel: (name) => `Balken: wie oft jede vorkommt; am häufigsten ist ${name}`,
  mostFrequent: (shown, all) => `; die ${shown} häufigsten von ${all}`,
  asTable: 'Als Tabelle',
  count: 'Anzahl',
  share: 'Anteil',

  failed: {
    list: 'Die Datensätze konnten nicht aufgelistet werden.',
    remove: 'Der Datensatz konnte nicht entfernt werden.',
    export: 'Der Datensatz konnte nicht exportiert werden.',
    import: 'Der Datensatz konnte nicht importiert werden.',
    read: 'Der Datensatz konnte nicht gelesen werden.',
  },
  readTodo: 'Lade die Seite neu oder importiere ihn noch einmal.',
};
