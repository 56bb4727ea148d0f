import { DATASET_WORDS } from '../../../figures/dataset-words.ts';
import { countingIn } from '../counting.ts';

const count = countingIn('en');

/** Data: the datasets of this browser, their dialogues and statistics. */
export const data = {
  lead: 'Dialogues to read, to evaluate with and to train on. What you add stays in this browser.',
  datasets: 'Datasets',
  parts: {
    test: 'A fifth of the corpus, to evaluate models that were trained on the other part.',
    train: 'The other four fifths, to train models on.',
  },
  builtIn: 'Comes with the lab: written for it by language models and checked by rules. Text: CC BY 4.0.',
  howMade: 'How it was made',
  notKept: 'There was no room to store this dataset, so it will be gone when you close this page.',
  export: 'Export',
  exportNamed: (name: string) => `Export ${name}`,
  remove: 'Remove',
  removeNamed: (name: string) => `Remove ${name}`,
  removeHead: (name: string) => `Remove ${name}?`,
  removeBody: (dialogues: number) =>
    `${count(dialogues, 'dialogue is', 'dialogues are')} erased from this browser. The original file is not touched.`,
  dialogues: (n: number) => count(n, 'dialogue', 'dialogues'),
  utterances: (n: number) => count(n, 'utterance', 'utterances'),
  leftOut: (n: number) => `${count(n, 'record', 'records')} left out`,
  formats: { chat: 'chat messages', lab: 'the lab’s own format' },

  ways: 'Ways to add a dataset',
  dropHere:
    'Drop ESConv, ExTES, DailyDialog, EmpatheticDialogues or chats here: JSON, JSON lines, CSV or text, gzipped or ' +
    'not. Files dropped together become one dataset.',
  address: 'Address of a file of dialogues',
  addressHint:
    'It is fetched by this page and kept in this browser. The server must let other pages read it, as GitHub’s and ' +
    'Hugging Face’s raw addresses do.',
  readingNamed: (name: string) => `Reading ${name}`,
  imported: (dialogues: number) => `${count(dialogues, 'dialogue', 'dialogues')} imported.`,
  importedWithout: (dialogues: number, records: number) =>
    `${count(dialogues, 'dialogue', 'dialogues')} imported, ${count(records, 'record', 'records')} left out.`,

  about: (name: string) => `About ${name}`,
  tabs: { dialogues: 'Dialogues', statistics: 'Statistics' },
  malformedTab: (records: string) => `Left out (${records})`,
  choose: 'Choose a dialogue to read it.',
  counting: 'Counting…',
  exportThese: 'Export these dialogues',
  exportStatistics: 'Export the statistics',

  filter: 'Filter the dialogues',
  words: 'Words',
  scene: 'Scene',
  emotion: 'Emotion',
  strategy: 'Strategy',
  any: 'all',
  foundOf: (found: number, all: number) =>
    `${count(found, 'dialogue', 'dialogues')} of ${count(all, 'dialogue', 'dialogues')}`,
  clearFilter: 'Clear the filter',
  noneFound: 'No dialogue matches this filter.',
  more: 'Show more',
  moreOf: (utterances: number) => `Show more of the ${count(utterances, 'utterance', 'utterances')}`,

  back: 'Back to the list',
  continueInChat: 'Continue in the chat',
  chatFrom: 'Chat from here',
  chatFromTurn: (turn: number) => `Chat from turn ${turn}`,
  compareFrom: 'Compare from here',
  compareFromTurn: (turn: number) => `Compare from turn ${turn}`,
  seeker: 'Seeker',
  supporter: 'Supporter',

  malformed: (records: number) =>
    `${count(records, 'record was', 'records were')} malformed and left out; the others were read.`,
  malformedList: 'Malformed records',
  onlyFirst: (records: string) => `Only the first ${records} are listed.`,

  size: 'Size of the dataset',
  both: 'Both',
  rows: {
    dialogues: 'Dialogues',
    utterances: 'Utterances',
    words: 'Words',
    perDialogue: 'Utterances per dialogue, on average',
    perUtterance: 'Words per utterance, on average',
  },
  sizeNote: (supporterFirst: number, neighbours: number) =>
    'Words are separated by white space. The supporter speaks first in ' +
    `${count(supporterFirst, 'dialogue', 'dialogues')}; ` +
    `${count(neighbours, 'utterance follows', 'utterances follow')} one of the same speaker.`,

  figures: DATASET_WORDS,
  dialogueLengths: 'Length of dialogues',
  dialogueLengthsLabel: (mean: string) => `Histogram: how many dialogues have how many utterances; ${mean} on average`,
  utteranceLengths: 'Length of utterances',
  utteranceLengthsLabel: (seeker: string, supporter: string) =>
    `Shares of utterances by their number of words; the seeker’s have ${seeker}, the supporter’s ${supporter} on ` +
    'average',
  longestLeftOut: 'The longest hundredth is left out.',
  /** What is counted in bars: a heading, and how many there are of it. */
  bars: {
    strategies: { title: 'Strategies', of: (n: string) => `Of ${n} supporter utterances with a strategy` },
    scenes: { title: 'Scenes', of: (n: string) => `Of ${n} dialogues with a scene` },
    emotions: { title: 'Emotions', of: (n: string) => `Of ${n} dialogues with an emotion` },
  },
  barsLabel: (name: string) => `Bars: how often each occurs; the most frequent is ${name}`,
  mostFrequent: (shown: number, all: number) => `; the ${shown} most frequent of ${all}`,
  asTable: 'As a table',
  count: 'Count',
  share: 'Share',

  failed: {
    list: 'The datasets could not be listed.',
    remove: 'The dataset could not be removed.',
    export: 'The dataset could not be exported.',
    import: 'The dataset could not be imported.',
    read: 'The dataset could not be read.',
  },
  readTodo: 'Reload the page, or import it again.',
};
