import { countingIn } from '../counting.ts';

const count = countingIn('en');

/** Evaluation runs: planning and watching them, their tables, judges, and blind rating by people. */
export const runs = {
  lead:
    'Models reply to the supporter’s turns in a dataset under each condition, and the replies are compared with what ' +
    'the supporter said. Each finished turn is stored at once, so closing the tab loses nothing.',
  one: 'Run',
  opening: 'Opening the run…',
  ofSomebody: 'A link to a run of somebody else works once you have imported its file.',
  all: 'All runs',
  planHead: 'Plan a run',

  here: 'Runs in this browser',
  importRun: 'Import a run',
  import: 'Import',
  compare: 'Compare',
  noneYet: 'None yet. Plan one below, or import one.',
  list: 'Runs',
  compareNamed: (name: string) => `Compare ${name}`,
  ofTotal: (done: string, total: string) => `${done} of ${total}`,
  removeNamed: (name: string) => `Delete ${name}`,
  withLab: 'Runs that come with the lab',
  committedList: 'Committed runs',
  records: (n: number) => count(n, 'record', 'records'),
  removeHead: (name: string) => `Delete “${name}”?`,
  removeBody: 'Its replies and scores will be gone for good. Export the run first to keep them.',
  remove: 'Delete',
  imported: (name: string) => `Imported “${name}”.`,

  name: 'Name',
  nameHint: 'from the models and the dataset, if blank',
  usualName: (models: string, dataset: string) => `${models} on ${dataset}`,
  dataset: 'Dataset',
  trainedOn: 'Models may be trained on these dialogues. Compare models on the test part.',
  dialogues: 'Dialogues, drawn at random',
  follows: 'Each reply follows',
  followsOriginal: 'the original replies',
  followsOwn: 'the model’s own earlier replies (roll-out)',
  firstTurns: 'First turns of each dialogue',
  turnsEach: 'Turns per dialogue',
  allTurns: 'all',
  longest: 'Longest reply, tokens',
  seed: 'Seed',
  models: 'Models',
  compression: 'Compression of utterances',
  history: 'Compression of the history',
  usesModel: ' (uses the model)',
  metrics: 'In addition to BLEU, ROUGE, chrF2 and distinct-n',
  metric: {
    perplexity: 'Perplexity of the original reply',
    meteor: 'METEOR',
    bertscore: 'BERTScore (loads an encoder of 29 MB)',
  },
  plan: 'Plan the run',

  comesWithLab: 'This run comes with the lab.',
  modelCount: (n: number) => count(n, 'model', 'models'),
  seedOf: 'seed',
  rolledOut: '; a roll-out: every reply follows the model’s own earlier ones',
  timeLeft: (progress: string, time: string) => `${progress}, about ${time} left`,
  stages: {
    ready: 'Getting ready',
    loading: 'Loading the model',
    answering: 'Answering',
    loadingJudge: 'Loading the judge',
    judging: 'Judging',
    notStarted: 'Not started yet',
    paused: 'Paused',
    finished: 'Finished',
    counting: 'Computing the table',
    answered: 'All turns answered',
  },
  waiting: (seconds: number, why: string) => `Trying again in ${seconds} s. ${why}`,
  pause: 'Pause',
  resume: 'Resume',
  start: 'Start',
  export: 'Export',
  share: 'Share as a page',
  withReplies: 'Include the replies',

  results: 'Results',
  resultsBy: 'Results by model and condition',
  model: 'Model',
  condition: 'Condition',
  turnsOf: (turns: number, dialogues: number) =>
    `${count(turns, 'turn', 'turns')} of ${count(dialogues, 'dialogue', 'dialogues')}`,
  failedOf: (n: number) => `; ${count(n, 'record', 'records')} failed`,
  intervals:
    'Below each value is its 95 % interval over dialogues (bootstrap; jackknife for distinct-n). There is none with ' +
    'fewer than five dialogues or where nothing varies.',
  grows: 'The table grows as turns are answered.',
  tests: 'Significance tests',

  judge: 'Judge',
  judgeReplies: 'Judge these replies',
  judgeDialogues: 'Judge these dialogues',
  scoresReplies:
    'A model scores each reply from 0 to 5 for engagement, comforting, appropriateness and suggestion, with the ' +
    'original as a reference.',
  scoresDialogues:
    'A model scores each whole dialogue from 0 to 5 for engagement, comforting, appropriateness and suggestion, with ' +
    'the original as a reference.',
  judgesDiffer:
    'Models judge differently: validate one against human ratings before you trust it, and do not use one whose ' +
    'replies are in this run.',
  rounds: 'Rounds',
  stopJudging: 'Stop judging',
  startJudging: 'Judge',
  judges: 'Judges',
  verdicts: 'verdicts',
  roundCount: (n: number) => count(n, 'round', 'rounds'),
  resumeJudge: (name: string) => `Resume judging with ${name}`,
  showScores: (name: string) => `Show the scores of ${name}`,
  inTable: 'In the table',
  showInTable: 'Show in the table',
  prompt: 'Prompt',

  check: 'Validate a judge against human ratings',
  checkAbout:
    'A model judges whole conversations. Its scores are compared with the seekers’ own survey, where a dataset ' +
    'has one (ESConv), and successful conversations are compared with failed ones (FailedESConv). Results last ' +
    'until the page is closed.',
  wentWell: 'Conversations that went well',
  failed: 'Conversations that failed',
  none: 'None',
  dialoguesOfEach: 'Dialogues of each, drawn at random',
  stopCheck: 'Stop the check',
  startCheck: 'Check the judge',
  compared: 'The judge compared with people',
  agreement: 'Agreement by criterion',
  criterion: 'Criterion',
  range: (low: string, high: string) => `${low} to ${high}`,
  nothingToCompare: 'There is nothing to compare the scores with: no survey, and no failed conversation.',
  findings: 'Findings of the check',
  judgedCount: (dialogues: number, refused: number, unreadable: number) =>
    `${count(dialogues, 'dialogue', 'dialogues')} judged; ${count(refused, 'refusal', 'refusals')}, ` +
    `${count(unreadable, 'unreadable answer', 'unreadable answers')}.`,

  rate: 'Rate replies blind',
  rater: 'Your name or initials',
  firstSystem: 'First system',
  secondSystem: 'Second system',
  sides: { left: 'Left', tie: 'Equal', right: 'Right' },
  speakers: { seeker: 'Seeker', supporter: 'Supporter' },
  comparison: (position: string) => `Comparison ${position}`,
  back: 'Back',
  next: 'Next',
  exportRatings: 'Export my ratings',
  addRater: 'Add another rater’s file',
  noContest: 'These two systems have no turn with different replies yet.',
  noContestRolledOut: 'These two systems have no turn with different replies to the same conversation yet.',
  preferredBy: 'What people preferred, by criterion',
  preferred: 'What people preferred',
  kappaWith: (judge: string) => `κ with ${judge}`,
  raters: (n: number) => `${count(n, 'rater', 'raters')}. κ is the mean over pairs of raters, on what both rated.`,
  judgePrefers: 'A judge prefers the reply that it scored higher; its κ is the mean over raters.',
  endBlind: 'Show the result and end the blind rating',
};
