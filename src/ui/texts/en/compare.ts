import { countingIn } from '../counting.ts';

const count = countingIn('en');

/** Compare: its form, a comparison with its replies, and the comparisons that are stored. */
export const compare = {
  lead: 'One message, answered once for each compression of the context, with the same seed.',
  noneYet: 'Nothing compared yet. Every comparison stays here until you delete it.',

  ownWords:
    'Now your own words: write over the message below, and compare. The model then reads it after the same ' +
    'conversation as in the tour.',
  message: 'Message',
  context: 'Context',
  contexts: {
    conversation: (utterances: number) => `The open conversation (${count(utterances, 'utterance', 'utterances')})`,
    given: (label: string, utterances: number) => `${label} (${count(utterances, 'utterance', 'utterances')})`,
    fresh: 'None',
  },
  /** The link follows it and ends the sentence. */
  noEarlier:
    'There are no earlier messages, and the longer a conversation is, the more compression changes. Open one in the ' +
    'chat first, or',
  chooseDialogue: 'choose a dialogue to compare from',
  stop: 'Stop',
  all: 'Compare all',
  firstLoads: (fetched: string, kept: string) =>
    `The first comparison loads the model: ${fetched} fetched once. It then takes up to ${kept} of this device’s ` +
    'storage.',

  comparison: 'Comparison',
  onlyEnglish: 'KeyPOS and NoStopwords know only English; this message is sent as written.',
  after: (utterances: number) => `After ${count(utterances, 'earlier utterance', 'earlier utterances')}.`,
  /** The seed follows. */
  madeWith: (model: string, device: string) => `${model} on ${device}, seed`,
  writing: (now: number, all: number, compression: string) => `${now} of ${all}: ${compression}`,
  keep: 'Keep it in this browser',
  print: 'Print a handout',
  linkHolds: 'The link holds the messages and the replies. Whoever has it can read them.',

  prompt: 'Prompt',
  firstToken: 'First token',
  speed: 'Speed',
  reading: 'reading…',
  waiting: 'waiting',
  saw: 'What the model saw',
  system: 'System',

  /** A sentence about each compression, of a name and two parts, and what is said after all of them. */
  sameContext: (name: string) => `${name} sent the same context as Raw`,
  shorter: 'sent a shorter context',
  asMany: 'sent as many tokens as Raw',
  fewer: (percent: number) => `sent ${percent} % fewer tokens than Raw`,
  more: (percent: number) => `sent ${percent} % more tokens than Raw`,
  sameTime: 'and began its reply at about the same moment',
  sooner: (percent: number) => `and began its reply ${percent} % sooner`,
  later: (percent: number) => `and began its reply ${percent} % later`,
  anExample: (sentences: string) => `${sentences}. One message is an example, not an average.`,

  earlier: 'Earlier comparisons',
  remove: 'Delete',
  removeOne: 'Delete this comparison',
  removeAll: 'Delete all',
  removeAllHead: 'Delete all comparisons?',
  removeAllBody: 'This cannot be undone. Your conversations are kept.',
  removed: 'Comparison deleted.',

  ready: 'Three to begin with',
  /** The link to the tour follows, then the rest of the sentence. */
  readyLead: 'These were made with the model that the lab begins with, so you can read them at once. Or',
  takeTour: 'take the tour',
  aboutTour: ', which explains the first one in 90 seconds.',
  readySize: (utterances: number, replies: number) =>
    `${count(utterances, 'utterance', 'utterances')}, ${count(replies, 'reply', 'replies')}`,
  example: (title: string) => `“${title}”`,

  fromLink: 'What the link gave',
  upTo: (dialogue: string, turn: number) => `“${dialogue}” up to turn ${turn}`,
  otherModel: (model: string) =>
    `It was made with ${model}, which is not in this browser: comparing again gives other replies.`,
  noExample: (number: number) => `There is no ready-made comparison ${number}.`,
  contextsLeftOut: 'What the model saw was too long for the link.',
  nobodyAsks: 'Nobody asks for support in this dialogue up to there.',

  failed: {
    run: 'The comparison stopped early.',
    keep: 'The comparison could not be stored.',
    list: 'The stored comparisons could not be read.',
    remove: 'The comparison could not be deleted.',
    removeAll: 'The comparisons could not be deleted.',
    restore: 'The comparison could not be restored.',
    link: 'The link cannot be opened.',
    examples: 'The examples could not be read.',
  },
  failedTodo: 'Try again. Finished replies were kept.',
};
