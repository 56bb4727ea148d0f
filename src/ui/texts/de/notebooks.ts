import type { Catalogue } from '../catalogue.ts';

const CAUTION =
  'Die Sandbox verhindert, dass er Nachrichten sendet oder etwas lädt. Der Browser schlägt aber vielleicht den Namen ' +
  'eines Servers nach, den das Notebook nennt, und in so einem Namen haben ein paar Wörter Platz. Was er anzeigt, ' +
  'kann außerdem in einem Export oder auf einem Bildschirmfoto landen. Erlaub es nur, wenn du weißt, wer das ' +
  'Notebook geschrieben hat und wozu es das braucht.';

export const notebooks: Catalogue['notebooks'] = {
  one: 'Notebook',
  lead:
    'Texte mit Code, der auf diesem Gerät läuft. Ändere eine Zelle, und alles, was von ihr abhängt, wird neu ' +
    'berechnet.',
  builtIn: 'Im Labor enthalten',
  edited: 'von dir bearbeitet',
  unfinished: ', beim letzten Mal nicht fertig geworden',
  restore: 'Wiederherstellen',
  restoreNamed: (title) => `${title} wiederherstellen`,
  own: 'Deine',
  create: 'Neues Notebook',
  fromFile: 'aus einer Datei, ',
  removeNamed: (title) => `${title} löschen`,
  dropHere: 'Zieh ein Notebook hierher. Sein Code läuft erst, wenn du es möchtest.',
  untitled: 'Ohne Titel',
  copyOf: (title) => `${title} (Kopie)`,

  all: 'Alle Notebooks',
  ownVersion: 'Deine bearbeitete Fassung, in diesem Browser gespeichert',
  restoreOriginal: 'Original wiederherstellen',
  copyLink: 'Link kopieren',
  copy: 'Kopie anlegen',
  export: 'Exportieren',
  attach: 'Dateien anhängen',
  save: 'Mit Ausgaben speichern',
  saveShows: 'Eine HTML-Datei mit Abbildungen und Tabellen, die sich auch ohne das Labor öffnen lässt',
  withOutputs: (title) => `${title} mit Ausgaben`,
  saved: (day) =>
    `Am ${day} aus dem Solace Lab gespeichert, mit den Ausgaben dieses Moments. Auf dieser Seite läuft nichts.`,
  code: 'Code',
  linkRefused: (name) => `„${name}“ aus dem Link kann hier nicht verwendet werden.`,
  linkMissing: (name) => `„${name}“ aus dem Link gibt es in dieser Fassung des Notebooks nicht.`,

  attached: 'Angehängt, in diesem Browser gespeichert; Zellen lesen sie mit',
  remove: (name) => `${name} entfernen`,
  removed: (name) => `${name} entfernt.`,
  replaced: (names) => `${names} ersetzt.`,
  deleted: (name) => `${name} gelöscht.`,
  notebookDeleted: (title) => `„${title}“ gelöscht.`,
  restored: 'Original wiederhergestellt.',

  model: 'Das Modell dieses Notebooks',
  mustFetch: (model, size) =>
    `Dieses Notebook benutzt ${model}. Das Modell muss einmal heruntergeladen werden: ${size}. Danach bleibt es auf ` +
    'diesem Gerät.',
  fetchNow: 'Jetzt herunterladen',
  notNow: 'Nicht jetzt',

  frame: (title) => `Notebook: ${title}`,
  imported: 'Dieses Notebook stammt aus einer Datei, und sein Code ist noch nicht gelaufen.',
  importedMeans:
    'Unten kannst du es lesen. Wenn du es ausführst, bleibt es in einer Sandbox: Es erreicht weder das Netz noch ' +
    'deine Gespräche oder Schlüssel, kann aber das Modell auf dieser Seite und die Rechenzeit dieses Geräts nutzen.',
  unfinishedHead: 'Dieses Notebook ist beim letzten Mal nicht fertig geworden und wurde deshalb nicht ausgeführt.',
  unfinishedMeans: 'Eine seiner Zellen endet vielleicht nie: Ändere sie und führe das Notebook dann aus.',
  runImported: 'Dieses Notebook ausführen',
  run: 'Ausführen',

  allowHead: 'Diesem Notebook das erlauben?',
  asks: {
    conversations: 'möchte deine Gespräche lesen.',
    datasets: 'möchte die Datensätze lesen, die du importiert hast.',
    runs: 'möchte deine Auswertungen lesen.',
    models: 'möchte sehen, welche Modelle du hinzugefügt hast.',
    endpoint: 'möchte Text an deinen Server senden.',
  },
  means: {
    conversations: `Sein Code sieht dann jede Nachricht, die in diesem Browser gespeichert ist. ${CAUTION}`,
    datasets: `Sein Code sieht dann die Dialoge, die du in diesen Browser importiert hast. ${CAUTION}`,
    runs:
      'Sein Code sieht dann die Auswertungen, die in diesem Browser gespeichert sind: ihre Pläne, die ursprünglichen ' +
      `Antworten des Datensatzes, die Antworten der Modelle und die Bewertungen. ${CAUTION}`,
    models:
      'Sein Code sieht dann Namen und Größen der Modelle und Adapter, die du hinzugefügt hast, nicht ihre Dateien. ' +
      `Schlüssel und Adressen von Servern sieht er nicht. ${CAUTION}`,
    endpoint:
      'Das gewählte Modell läuft auf einem Server. Was das Notebook schreibt, wird mit deinem Schlüssel dorthin ' +
      'gesendet, so oft das Notebook es will, und das kann Geld kosten. Den Schlüssel sieht das Notebook nicht.',
  },
  untilYouLeave: 'Deine Antwort gilt, bis du dieses Notebook verlässt.',
  refuse: 'Nicht erlauben',
  allow: 'Erlauben',
};
