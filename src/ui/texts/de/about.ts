import type { Catalogue } from '../catalogue.ts';

export const about: Catalogue['about'] = {
  what: 'Was das hier ist',
  builtAround: 'Ein Labor für kleine Chatmodelle, die emotional unterstützen sollen, rund um das Paper',
  builtAroundWhich: '(anonyme Einreichung bei der ACL, 2024).',
  whatRuns:
    'Auf dieser Seite läuft ein echtes Modell, auf deinem Gerät. Du kannst mit ihm sprechen, mitverfolgen, was es ' +
    'liest, und sehen, wie sich seine Antworten ändern, wenn sein Kontext komprimiert wird:',
  whatNot: 'Was das hier nicht ist',
  notTherapy:
    'Es ist keine Therapie, kein Medizinprodukt und kein Krisendienst. Das Modell ist klein: Es wiederholt sich, ' +
    'vergisst, erfindet Dinge und kann übersehen, wie ernst etwas ist. Niemand liest mit, und niemand kann ' +
    'eingreifen. Wenn du oder jemand in deiner Nähe in Gefahr ist, ruf die Notrufnummer deines Landes oder eine ' +
    'dieser Nummern an;',
  listsMore: 'nennt weitere.',
  lines: 'Nummern nach Land',
  leaves: 'Was dieses Gerät verlässt',
  nothing:
    'Nichts. Die Seite, das Modell und deine Gespräche bleiben in diesem Browser; es gibt kein Konto, kein Tracking ' +
    'und kein Protokoll. Zwei Ausnahmen gibt es, und über beide entscheidest du auf der Seite „Modelle“: Ein',
  endpoint: 'Server',
  endpointReceives: ', den du hinzufügst, erhält die Gespräche, die du mit ihm führst, und die Website hinter einer',
  modelAddress: 'Modelladresse',
  hostSees: ', die du eingibst, sieht, was heruntergeladen wird.',
  key:
    'Ein Schlüssel für einen Server bleibt im Arbeitsspeicher, bis du den Tab schließt, außer du möchtest, dass er ' +
    'gespeichert wird.',

  stored: 'In diesem Browser gespeichert',
  takes: 'Das Labor, seine Modelle und deine Gespräche belegen',
  allows: 'Der Browser erlaubt',
  unknown: 'Dieser Browser verrät nicht, wie viel es ist.',
  exportAll: 'Alle Gespräche exportieren',
  dropHere: 'Zieh einen Export hierher, um seine Gespräche zu importieren.',
  erase: 'Alles löschen',
  eraseHead: 'Wirklich alles löschen?',
  eraseBody:
    'Gespräche, Vergleiche, Notebooks, Einstellungen, gespeicherte Schlüssel und gespeicherte Modelle werden aus ' +
    'diesem Browser gelöscht. Nirgendwo sonst gibt es eine Kopie, deshalb lässt sich das nicht rückgängig machen. ' +
    'Exportiere deine Gespräche vorher, wenn du sie vielleicht noch einmal brauchst.',

  thisLab: 'Dieses Labor',
  version: 'Version',
  offline: 'Ohne Internet',
  offlinePhases: {
    unavailable: 'in diesem Browser oder Fenster nicht möglich',
    preparing: 'wird vorbereitet',
    ready: 'bereit',
    incomplete: 'unvollständig; geht bei deinem nächsten Besuch weiter',
  },
  threads: 'Wasm-Threads',
  yes: 'ja',
  no: 'nein',
  threadsUnsupported: 'nein: Dieser Browser unterstützt sie nicht',
  threadsNotIsolated: 'nein: Die Seite ist nicht isoliert',
  softwareOnly: (description) => `nur in Software (${description})`,
  update: 'Auf die neue Version aktualisieren',
  licence:
    'Der Code steht unter der MIT-Lizenz. README.md und docs/ im Quellcode erklären (auf Englisch), wie das Labor ' +
    'gebaut ist und wie du ein eigenes Modell mitbringst. Komponenten von Dritten stehen in den',
  notices: 'Hinweisen zu Drittanbietern',
  licenceEnd: '.',
};
