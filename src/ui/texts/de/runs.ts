import type { Catalogue } from '../catalogue.ts';
import { countingIn } from '../counting.ts';

const count = countingIn('de');

export const runs: Catalogue['runs'] = {
  lead:
    'Modelle antworten unter jeder Bedingung an den Stellen eines Datensatzes, an denen die unterstützende Person ' +
    'spricht, und ihre Antworten werden mit den ursprünglichen verglichen. Jeder fertige Beitrag wird sofort ' +
    'gespeichert; wenn du den Tab schließt, geht nichts verloren.',
  one: 'Auswertung',
  opening: 'Die Auswertung wird geöffnet…',
  ofSomebody: 'Ein Link zu einer fremden Auswertung funktioniert, sobald du ihre Datei importiert hast.',
  all: 'Alle Auswertungen',
  planHead: 'Eine Auswertung planen',

  here: 'Auswertungen in diesem Browser',
  importRun: 'Auswertung importieren',
  import: 'Importieren',
  compare: 'Vergleichen',
  noneYet: 'Noch keine. Plane unten eine oder importiere eine.',
  list: 'Auswertungen',
  compareNamed: (name) => `${name} vergleichen`,
  ofTotal: (done, total) => `${done} von ${total}`,
  removeNamed: (name) => `${name} löschen`,
  withLab: 'Auswertungen, die zum Labor gehören',
  committedList: 'Auswertungen des Labors',
  records: (n) => count(n, 'Eintrag', 'Einträge'),
  removeHead: (name) => `„${name}“ löschen?`,
  removeBody: 'Ihre Antworten und Bewertungen sind dann endgültig weg. Exportiere sie vorher, um sie zu behalten.',
  remove: 'Löschen',
  imported: (name) => `„${name}“ importiert.`,

  name: 'Name',
  nameHint: 'aus Modellen und Datensatz, wenn leer',
  usualName: (models, dataset) => `${models} mit ${dataset}`,
  dataset: 'Datensatz',
  trainedOn: 'Modelle können mit diesen Dialogen trainiert worden sein. Vergleiche Modelle mit dem Testteil.',
  dialogues: 'Dialoge, zufällig gezogen',
  follows: 'Jede Antwort folgt auf',
  followsOriginal: 'die ursprünglichen Antworten',
  followsOwn: 'eigene frühere Antworten des Modells (Roll-out)',
  firstTurns: 'Erste Beiträge jedes Dialogs',
  turnsEach: 'Beiträge pro Dialog',
  allTurns: 'alle',
  longest: 'Längste Antwort, Tokens',
  seed: 'Startwert (Seed)',
  models: 'Modelle',
  compression: 'Kompression der Äußerungen',
  history: 'Kompression des Verlaufs',
  usesModel: ' (benutzt das Modell)',
  metrics: 'Zusätzlich zu BLEU, ROUGE, chrF2 und Distinct-n',
  metric: {
    perplexity: 'Perplexität der ursprünglichen Antwort',
    meteor: 'METEOR',
    bertscore: 'BERTScore (lädt einen Encoder von 29 MB)',
  },
  plan: 'Auswertung planen',

  comesWithLab: 'Diese Auswertung gehört zum Labor.',
  modelCount: (n) => count(n, 'Modell', 'Modelle'),
  seedOf: 'Startwert',
  rolledOut: '; ein Roll-out: Jede Antwort folgt auf die eigenen früheren des Modells',
  timeLeft: (progress, time) => `${progress}, noch etwa ${time}`,
  stages: {
    ready: 'Wird vorbereitet',
    loading: 'Das Modell wird geladen',
    answering: 'Das Modell antwortet',
    loadingJudge: 'Der Bewerter wird geladen',
    judging: 'Antworten werden bewertet',
    notStarted: 'Noch nicht gestartet',
    paused: 'Angehalten',
    finished: 'Fertig',
    counting: 'Die Tabelle wird berechnet',
    answered: 'Alle Beiträge beantwortet',
  },
  waiting: (seconds, why) => `Neuer Versuch in ${seconds} s. ${why}`,
  pause: 'Anhalten',
  resume: 'Fortsetzen',
  start: 'Starten',
  export: 'Exportieren',
  share: 'Als Seite teilen',
  withReplies: 'Mit den Antworten',

  results: 'Ergebnisse',
  resultsBy: 'Ergebnisse nach Modell und Bedingung',
  model: 'Modell',
  condition: 'Bedingung',
  turnsOf: (turns, dialogues) => `${count(turns, 'Beitrag', 'Beiträge')} aus ${count(dialogues, 'Dialog', 'Dialogen')}`,
  failedOf: (n) => `; ${count(n, 'Eintrag', 'Einträge')} fehlgeschlagen`,
  intervals:
    'Unter jedem Wert steht sein 95-%-Konfidenzintervall über Dialoge (Bootstrap; Jackknife bei Distinct-n). Bei ' +
    'weniger als fünf Dialogen, oder wo nichts variiert, gibt es keines.',
  grows: 'Die Tabelle wächst mit jedem beantworteten Beitrag.',
  tests: 'Signifikanztests',

  judge: 'Bewerter',
  judgeReplies: 'Diese Antworten bewerten lassen',
  judgeDialogues: 'Diese Dialoge bewerten lassen',
  scoresReplies:
    'Ein Modell bewertet jede Antwort mit 0 bis 5 Punkten nach Zugewandtheit, Trost, Angemessenheit und Ratschlag; ' +
    'die ursprüngliche Antwort dient als Referenz.',
  scoresDialogues:
    'Ein Modell bewertet jeden Dialog als Ganzes mit 0 bis 5 Punkten nach Zugewandtheit, Trost, Angemessenheit und ' +
    'Ratschlag; der ursprüngliche Dialog dient als Referenz.',
  judgesDiffer:
    'Modelle bewerten verschieden: Prüfe eines an Bewertungen von Menschen, bevor du ihm vertraust, und nimm ' +
    'keines, dessen Antworten in dieser Auswertung stehen.',
  rounds: 'Runden',
  stopJudging: 'Bewertung anhalten',
  startJudging: 'Bewerten',
  judges: 'Bewerter',
  verdicts: 'Urteile',
  roundCount: (n) => count(n, 'Runde', 'Runden'),
  resumeJudge: (name) => `Bewertung durch ${name} fortsetzen`,
  showScores: (name) => `Bewertungen von ${name} zeigen`,
  inTable: 'In der Tabelle',
  showInTable: 'In der Tabelle zeigen',
  prompt: 'Prompt',

  check: 'Einen Bewerter an Bewertungen von Menschen prüfen',
  checkAbout:
    'Ein Modell bewertet ganze Gespräche. Hat ein Datensatz eine Befragung der Hilfesuchenden (ESConv), werden die ' +
    'Bewertungen damit verglichen; außerdem gelungene Gespräche mit misslungenen (FailedESConv). Die Ergebnisse ' +
    'bleiben, bis die Seite geschlossen wird.',
  wentWell: 'Gelungene Gespräche',
  failed: 'Misslungene Gespräche',
  none: 'Keine',
  dialoguesOfEach: 'Dialoge von beiden, zufällig gezogen',
  stopCheck: 'Prüfung anhalten',
  startCheck: 'Bewerter prüfen',
  compared: 'Der Bewerter im Vergleich mit Menschen',
  agreement: 'Übereinstimmung nach Kriterium',
  criterion: 'Kriterium',
  range: (low, high) => `${low} bis ${high}`,
  nothingToCompare:
    'Es gibt nichts, womit sich die Bewertungen vergleichen lassen: keine Befragung und kein misslungenes Gespräch.',
  findings: 'Befunde der Prüfung',
  judgedCount: (dialogues, refused, unreadable) =>
    `${count(dialogues, 'Dialog', 'Dialoge')} bewertet; ${count(refused, 'Weigerung', 'Weigerungen')}, ` +
    `${count(unreadable, 'unlesbare Antwort', 'unlesbare Antworten')}.`,

  rate: 'Antworten blind bewerten',
  rater: 'Dein Name oder Kürzel',
  firstSystem: 'Erstes System',
  secondSystem: 'Zweites System',
  sides: { left: 'Links', tie: 'Gleich gut', right: 'Rechts' },
  speakers: { seeker: 'Hilfesuchende Person', supporter: 'Unterstützende Person' },
  comparison: (position) => `Vergleich ${position}`,
  back: 'Zurück',
  next: 'Weiter',
  exportRatings: 'Meine Bewertungen exportieren',
  addRater: 'Datei einer anderen Person hinzufügen',
  noContest: 'Diese beiden Systeme haben noch keinen Beitrag mit verschiedenen Antworten.',
  noContestRolledOut:
    'Diese beiden Systeme haben noch keinen Beitrag mit verschiedenen Antworten auf dasselbe Gespräch.',
  preferredBy: 'Was Menschen bevorzugt haben, nach Kriterium',
  preferred: 'Was Menschen bevorzugt haben',
  kappaWith: (judge) => `κ mit ${judge}`,
  raters: (n) =>
    `${count(n, 'Person hat', 'Personen haben')} bewertet. κ ist das Mittel über Paare von ihnen, soweit beide ` +
    'bewertet haben.',
  judgePrefers:
    'Ein Bewerter bevorzugt die Antwort, der er mehr Punkte gegeben hat; sein κ ist das Mittel über die Personen.',
  endBlind: 'Ergebnis zeigen und das blinde Bewerten beenden',
};
