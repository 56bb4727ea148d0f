import type { Catalogue } from '../catalogue.ts';
import { countingIn } from '../counting.ts';

const count = countingIn('de');

export const chat: Catalogue['chat'] = {
  conversation: 'Gespräch',
  conversations: 'Gespräche',
  newConversation: 'Neues Gespräch',
  conversationOf: (day) => `Gespräch vom ${day}`,
  panel: 'Kontext und Einstellungen',
  hidePanel: 'Seitenleiste schließen',
  seen: 'Was das Modell liest',
  seenShort: 'Kontext',
  settings: 'Einstellungen',
  labView: 'Laboransicht',
  labViewShows: 'Zeigt Kompressionen, Zahlen und was das Modell liest',

  openingHead: 'Worüber möchtest du sprechen?',
  opening:
    'Schreib, wie du einer Freundin oder einem Freund schreiben würdest. Das Modell kann am besten Englisch und ' +
    'antwortet auf Englisch. Du kannst Wort für Wort sehen, was es zu lesen bekommt. Oder fang mit einem dieser ' +
    'Beispiele an:',
  takeTour: 'Zur Tour',
  resumeTour: (stop, stops) => `Tour fortsetzen bei Station ${stop} von ${stops}`,
  aboutTour: '90 Sekunden, ganz ohne Modell.',

  message: 'Deine Nachricht',
  placeholder: 'Schreib, was dich beschäftigt',
  keysLine:
    'Mit der Eingabetaste beginnt eine neue Zeile, mit Escape hältst du eine Antwort an. Ein Schrägstrich führt ' +
    'hierher, Steuerung, Umschalt und O zu einem neuen Gespräch.',
  keysSend:
    'Die Eingabetaste sendet, mit Umschalt und Eingabetaste beginnt eine neue Zeile, mit Escape hältst du eine ' +
    'Antwort an. Ein Schrägstrich führt hierher, Steuerung, Umschalt und O zu einem neuen Gespräch.',
  send: 'Senden',
  sendKey: 'Senden (Eingabetaste)',
  stop: 'Antwort anhalten',
  stopKey: 'Anhalten (Esc)',

  sentTo: (host) => `Nachrichten werden an ${host} gesendet.`,
  runsHere: 'Läuft auf dieser Seite.',
  firstLoads: (fetched, kept) =>
    `Läuft auf dieser Seite. Die erste Nachricht lädt das Modell: ${fetched}, nur einmal. Danach belegt es bis ` +
    `zu ${kept} Speicherplatz auf diesem Gerät.`,
  noSubstitute: 'Ein Modell kann sich irren und ersetzt keinen Menschen.',
  leavesOut: (compression) =>
    `${compression} lässt Wörter weg, bevor das Modell liest. Die Laboransicht zeigt, welche.`,
  compression: 'Kompression',
  tokens: (n) => count(n, 'Token', 'Tokens'),
  whatIs: (of) => `Was ist das: ${of}`,
  about: (of) => `Über ${of}`,
  moment: 'Einen Moment…',
  tokenTerm: 'Tokens',
  ofWindow: (budget) => `von ${budget}`,
  wholeDanger: 'Hier könnte es um eine Gefahr gehen; die Nachricht wird unverändert gesendet.',
  wholeEmpty: (compression) =>
    `${compression} würde von dieser Nachricht nichts übrig lassen; sie wird unverändert gesendet.`,
  wholeLanguage: (compression) => `${compression} versteht nur Englisch; diese Nachricht wird unverändert gesendet.`,

  loading: 'Das Modell wird geladen',
  mustFetch: (model, fetched, kept) =>
    `Um zu antworten, muss ${model} einmal heruntergeladen werden: ${fetched}. Danach belegt es bis zu ${kept} ` +
    'Speicherplatz auf diesem Gerät.',
  asksFirst:
    'Dein Browser spart Daten oder ist im Mobilfunknetz, deshalb fragen wir vorher. Deine Nachricht geht ' +
    'nicht verloren.',
  fetchNow: 'Jetzt herunterladen',
  keepWriting: 'Du kannst weiterschreiben. Nichts geht verloren, und die Antwort kommt, sobald das Modell geladen ist.',
  meanwhile: 'Eine Tour von 90 Sekunden',
  meanwhileShows: 'zeigt dir inzwischen, was das Modell lesen wird.',

  you: 'Du',
  supporter: 'Antwort',
  youWrote: 'Du hast geschrieben',
  supporterWrote: 'Antwort an dich',
  writing: 'Die Antwort wird geschrieben.',
  smallModel: 'Dieses Modell hat 135 Millionen Parameter: Es versteht oft nicht, worum es geht.',
  largerOne: 'Ein größeres benutzen',
  reading: 'Liest…',
  readingTokens: (n) => `Liest ${count(n, 'Token', 'Tokens')}…`,
  foldWriting: 'Das Modell schreibt eine eigene Antwort.',
  foldWritten: 'Das Modell hat eine eigene Antwort geschrieben. Sie kann übersehen, worauf es hier ankommt.',
  foldNothing: 'Das Modell hat nichts geschrieben.',
  ownWarning: 'Vom Modell geschrieben, das Gefahr nicht einschätzen kann. Niemand hat es geprüft.',
  afterDanger: 'Falls du noch in Gefahr bist: Ein Modell kann das nicht einschätzen. Ein Mensch kann helfen.',
  showOwn: 'Zeigen, was das Modell geschrieben hat',
  hideOwn: 'Ausblenden, was das Modell geschrieben hat',
  copy: 'Kopieren',
  copyMarkdown: 'Als Markdown kopieren',
  edit: 'Bearbeiten',
  answer: 'Beantworten',
  again: 'Noch einmal',
  lookInside: 'Hineinschauen',
  resume: 'Weiterschreiben lassen',
  jump: 'Zur neuesten Nachricht',
  ends: {
    stopped: 'Vorzeitig angehalten.',
    length: 'An der Längengrenze abgeschnitten.',
    filtered: 'Vom Inhaltsfilter des Servers angehalten.',
    lost: 'Unterbrochen. Was angekommen ist, bleibt erhalten.',
    nothing: 'Es kam keine Antwort.',
  },
  messageVersions: 'Fassungen dieser Nachricht',
  replyVersions: 'Fassungen dieser Antwort',
  earlier: 'Frühere Fassung',
  later: 'Spätere Fassung',
  version: 'Fassung',
  editMessage: 'Deine Nachricht bearbeiten',
  editBranches: 'Mit dem Speichern beginnt ein neuer Zweig. Du kannst jederzeit zum alten zurück.',
  saveAndAnswer: 'Speichern und antworten lassen',
  helped: 'Diese Antwort hat geholfen',
  didNotHelp: 'Diese Antwort hat nicht geholfen',
  why: 'Warum, in ein paar Worten',
  whyPlaceholder: 'Warum? Bleibt in diesem Browser.',

  fates: {
    left: 'nicht mehr gelesen',
    summarised: 'in den Notizen',
    shortened: 'gekürzt',
    quoted: 'wieder zitiert',
  },
  above: (list) => `Darüber: ${list}`,
  messages: (n) => count(n, 'Nachricht', 'Nachrichten'),
  became: {
    left: ['wird nicht mehr gelesen', 'werden nicht mehr gelesen'],
    summarised: ['steht in den Notizen des Modells', 'stehen in den Notizen des Modells'],
    shortened: ['ist gekürzt', 'sind gekürzt'],
    quoted: ['wird wieder zitiert', 'werden wieder zitiert'],
  },

  readNew: 'Neue Tokens des Kontexts; der Rest war noch im Speicher',
  strategy: 'Die Strategie, die das Modell vor seiner Antwort genannt hat',
  sampling: (now, all) => `schreibt ${now} von ${all}`,
  withExchanges: (n) => `mit ${count(n, 'ähnlichem Beispiel', 'ähnlichen Beispielen')}`,
  chosenFrom: (n) => `aus ${n} ausgewählt`,
  plain: 'einfach, siehe Kontext',
  pieces: (n) => `in ${count(n, 'Stück', 'Stücken')}`,
  read: (n) => `${count(n, 'Token', 'Tokens')} gelesen`,
  perSecond: (rate) => `${rate} Tokens/s`,
  firstIn: (time) => `erstes nach ${time}`,
  wholeIn: (time) => `ganz nach ${time}`,
  seed: (seed) => `Startwert ${seed}`,

  search: 'Gespräche durchsuchen',
  rename: 'Umbenennen',
  renameNamed: (title) => `${title} umbenennen`,
  remove: 'Löschen',
  removeNamed: (title) => `${title} löschen`,
  nameOf: 'Name des Gesprächs',
  noneFound: 'Kein Gespräch enthält diese Wörter.',
  noneYet: 'Noch ist hier nichts. Deine erste Nachricht beginnt ein Gespräch.',
  dropHere: 'Gespräche; zieh einen Export hierher, um ihn zu importieren',
  exportAll: 'Exportieren',
  exportRatings: 'Bewertungen exportieren',
  exportRatingsAs: 'Speichert hilfreiche und nicht hilfreiche Antworten als Paare für den DPO-Trainer von TRL',
  import: 'Importieren',
  removeAll: 'Alle löschen',
  removeAllHead: 'Alle Gespräche löschen?',
  removeAllBody:
    'Sie werden endgültig aus diesem Browser gelöscht. Exportiere sie vorher, wenn du sie vielleicht noch brauchst.',
  removed: (title) => `„${title}“ gelöscht.`,
  noPairs:
    'Es gibt noch kein Paar. Drück bei einer Antwort auf „Noch einmal“ und markiere dann eine Fassung als ' +
    'hilfreich und eine andere als nicht hilfreich.',
  importing: (file) => `${file} wird importiert`,
  importedOf: (done, of) => `${done} von ${of}`,
  importedShare: (share) => `${share} importiert`,
  importStopped: (done, of, counts) => `Import abgebrochen nach ${done} von ${of}: ${counts}. Sie bleiben hier.`,
  importStoppedEarly: 'Import abgebrochen. Nichts wurde importiert.',
  importStoppedToDelete: 'Import abgebrochen, weil alle Gespräche gelöscht werden.',
  imported: (n) => `${count(n, 'Gespräch', 'Gespräche')} importiert`,
  alreadyHere: (n) => count(n, 'schon vorhanden', 'schon vorhanden'),
  missing:
    'Dieses Gespräch ist nicht in diesem Browser. Wenn ein anderer Browser es hat, exportiere es dort und ' +
    'importiere es hier.',

  linkChanged: 'Der Link hat die Einstellungen dieses Chats geändert',
  linkPrompt: 'Er sagt dem Modell auch, wie es mit dir umgehen soll:',

  brokenEntry: 'Ein Teil dieser Nachricht konnte nicht angezeigt werden. Ihr Text steht oben und ist nicht verloren.',
  brokenEntryTodo:
    'Schreib weiter oder lade die Seite neu. Wenn das noch einmal passiert, exportiere das Gespräch und melde ' +
    'diese Nachricht.',
  failed: {
    open: 'Das Gespräch konnte nicht geöffnet werden.',
    reply: 'Die Antwort konnte nicht geschrieben werden.',
    compress: 'Der Kontext konnte nicht komprimiert werden.',
    reread: 'Was ein anderer Tab hinzugefügt hat, konnte nicht gelesen werden.',
    keep: 'Das Gespräch konnte nicht gespeichert werden; es bleibt nur auf dieser Seite.',
    rename: 'Das Gespräch konnte nicht umbenannt werden.',
    flush: 'Die Antwort konnte nicht gespeichert werden.',
    remove: 'Das Gespräch konnte nicht gelöscht werden.',
    removeAll: 'Die Gespräche konnten nicht gelöscht werden.',
    exportAll: 'Die Gespräche konnten nicht exportiert werden.',
    exportRatings: 'Die Bewertungen konnten nicht exportiert werden.',
    import: 'Die Datei konnte nicht importiert werden.',
    restore: 'Das Gespräch konnte nicht wiederhergestellt werden.',
    list: 'Die Gespräche konnten nicht gelesen werden.',
  },
  failedTodo: 'Versuch es noch einmal. Wenn es wieder passiert, lade die Seite neu.',
  reloadTodo: 'Lade die Seite neu und versuch es noch einmal.',
};
