import type { Catalogue } from '../catalogue.ts';
import { countingIn } from '../counting.ts';

const count = countingIn('de');

export const compare: Catalogue['compare'] = {
  lead: 'Eine Nachricht, für jede Kompression des Kontexts einmal beantwortet, immer mit demselben Startwert.',
  noneYet: 'Noch nichts verglichen. Jeder Vergleich bleibt hier, bis du ihn löschst.',

  ownWords:
    'Jetzt mit deinen eigenen Worten: Überschreibe die Nachricht unten und vergleiche. Das Modell liest sie nach ' +
    'demselben Gespräch wie in der Tour.',
  message: 'Nachricht',
  context: 'Kontext',
  contexts: {
    conversation: (utterances) => `Das offene Gespräch (${count(utterances, 'Äußerung', 'Äußerungen')})`,
    given: (label, utterances) => `${label} (${count(utterances, 'Äußerung', 'Äußerungen')})`,
    fresh: 'Keiner',
  },
  noEarlier:
    'Es gibt keine früheren Nachrichten, und je länger ein Gespräch ist, desto mehr macht die Kompression aus. Öffne ' +
    'zuerst eines im Chat, oder',
  chooseDialogue: 'wähle einen Dialog, von dem aus du vergleichst',
  stop: 'Anhalten',
  all: 'Alle vergleichen',
  firstLoads: (fetched, kept) =>
    `Der erste Vergleich lädt das Modell: ${fetched}, nur einmal. Danach belegt es bis zu ${kept} Speicherplatz auf ` +
    'diesem Gerät.',

  comparison: 'Vergleich',
  onlyEnglish: 'KeyPOS und NoStopwords verstehen nur Englisch; diese Nachricht wird unverändert gesendet.',
  after: (utterances) => `Nach ${count(utterances, 'früheren Äußerung', 'früheren Äußerungen')}.`,
  madeWith: (model, device) => `${model} auf ${device}, Startwert`,
  writing: (now, all, compression) => `${now} von ${all}: ${compression}`,
  keep: 'In diesem Browser behalten',
  print: 'Handout drucken',
  linkHolds: 'Der Link enthält die Nachrichten und die Antworten. Wer ihn hat, kann sie lesen.',

  prompt: 'Prompt',
  firstToken: 'Erstes Token',
  speed: 'Tempo',
  reading: 'liest…',
  waiting: 'wartet',
  saw: 'Was das Modell gelesen hat',
  system: 'Systemprompt',

  sameContext: (name) => `${name} hat denselben Kontext gesendet wie Raw`,
  shorter: 'hat einen kürzeren Kontext gesendet',
  asMany: 'hat so viele Tokens gesendet wie Raw',
  fewer: (percent) => `hat ${percent} % weniger Tokens gesendet als Raw`,
  more: (percent) => `hat ${percent} % mehr Tokens gesendet als Raw`,
  sameTime: 'und etwa zur selben Zeit zu antworten begonnen',
  sooner: (percent) => `und ${percent} % früher zu antworten begonnen`,
  later: (percent) => `und ${percent} % später zu antworten begonnen`,
  anExample: (sentences) => `${sentences}. Eine Nachricht ist ein Beispiel, kein Durchschnitt.`,

  earlier: 'Frühere Vergleiche',
  remove: 'Löschen',
  removeOne: 'Diesen Vergleich löschen',
  removeAll: 'Alle löschen',
  removeAllHead: 'Alle Vergleiche löschen?',
  removeAllBody: 'Das lässt sich nicht rückgängig machen. Deine Gespräche bleiben erhalten.',
  removed: 'Vergleich gelöscht.',

  ready: 'Drei zum Anfangen',
  readyLead: 'Sie entstanden mit dem Modell, mit dem das Labor beginnt; du kannst sie sofort lesen. Oder',
  takeTour: 'mach die Tour',
  aboutTour: ', die den ersten in 90 Sekunden erklärt.',
  readySize: (utterances, replies) =>
    `${count(utterances, 'Äußerung', 'Äußerungen')}, ${count(replies, 'Antwort', 'Antworten')}`,
  example: (title) => `„${title}“`,

  fromLink: 'Aus dem Link',
  upTo: (dialogue, turn) => `„${dialogue}“ bis Äußerung ${turn}`,
  otherModel: (model) =>
    `Der Vergleich entstand mit ${model}. Dieses Modell ist nicht in diesem Browser: Wer noch einmal vergleicht, ` +
    'bekommt andere Antworten.',
  noExample: (number) => `Es gibt keinen fertigen Vergleich ${number}.`,
  contextsLeftOut: 'Was das Modell gelesen hat, war zu lang für den Link.',
  nobodyAsks: 'Bis dorthin sucht in diesem Dialog niemand Hilfe.',

  failed: {
    run: 'Der Vergleich ist vorzeitig abgebrochen.',
    keep: 'Der Vergleich konnte nicht gespeichert werden.',
    list: 'Die gespeicherten Vergleiche konnten nicht gelesen werden.',
    remove: 'Der Vergleich konnte nicht gelöscht werden.',
    removeAll: 'Die Vergleiche konnten nicht gelöscht werden.',
    restore: 'Der Vergleich konnte nicht wiederhergestellt werden.',
    link: 'Der Link kann nicht geöffnet werden.',
    examples: 'Die Beispiele konnten nicht gelesen werden.',
  },
  failedTodo: 'Versuch es noch einmal. Fertige Antworten bleiben erhalten.',
};
