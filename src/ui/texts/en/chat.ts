import { countingIn } from '../counting.ts';

const count = countingIn('en');

/** The chat: its log, message field, list of conversations, and what is said about replies. */
export const chat = {
  conversation: 'Conversation',
  conversations: 'Conversations',
  newConversation: 'New conversation',
  /** The name of a conversation that begins with danger; it reveals nothing. */
  conversationOf: (day: string) => `Conversation of ${day}`,
  panel: 'Context and settings',
  hidePanel: 'Hide panel',
  seen: 'What the model sees',
  seenShort: 'Context',
  settings: 'Settings',
  labView: 'Lab view',
  labViewShows: 'Shows compressions, numbers and what the model sees',

  openingHead: 'What would you like to talk about?',
  opening:
    'Write as you would to a friend. You can watch exactly what the model gets to read, word by word, and what it ' +
    'costs. Or begin with one of these:',
  takeTour: 'Take the tour',
  resumeTour: (stop: number, stops: number) => `Continue the tour at stop ${stop} of ${stops}`,
  aboutTour: '90 seconds, no model needed.',

  message: 'Your message',
  placeholder: 'Write what is on your mind',
  keysLine:
    'Enter starts a new line, Escape stops a reply. A slash leads here, Control, Shift and O to a new conversation.',
  keysSend:
    'Enter sends, Shift and Enter starts a new line, Escape stops a reply. A slash leads here, Control, Shift and ' +
    'O to a new conversation.',
  send: 'Send',
  sendKey: 'Send (Enter)',
  stop: 'Stop the reply',
  stopKey: 'Stop (Esc)',

  sentTo: (host: string) => `Messages are sent to ${host}.`,
  runsHere: 'Runs in this page.',
  firstLoads: (fetched: string, kept: string) =>
    `Runs in this page. The first message loads the model: ${fetched} fetched once. It then takes up to ${kept} of ` +
    'this device’s storage.',
  noSubstitute: 'A model can be wrong and is no substitute for a person.',
  leavesOut: (compression: string) => `${compression} leaves words out of what the model reads. Lab view shows which.`,
  compression: 'Compression',
  tokens: (n: number) => count(n, 'token', 'tokens'),
  whatIs: (of: string) => `What is this: ${of}`,
  about: (of: string) => `About ${of}`,
  moment: 'One moment…',
  tokenTerm: 'tokens',
  ofWindow: (budget: string) => `of ${budget}`,
  wholeDanger: 'This turn may be about danger; it is sent as written.',
  wholeEmpty: (compression: string) => `${compression} would leave nothing of this message; it is sent as written.`,
  wholeLanguage: (compression: string) => `${compression} knows only English; this message is sent as written.`,

  loading: 'The model is being loaded',
  mustFetch: (model: string, fetched: string, kept: string) =>
    `To answer, ${model} has to be fetched once: ${fetched}. It then takes up to ${kept} of this device’s ` +
    'storage.',
  asksFirst: 'It saves data or is on a cellular network, so the lab asks first. Your message is kept.',
  fetchNow: 'Fetch it now',
  keepWriting: 'You can keep writing. Your messages are kept, and the reply comes once the model has loaded.',
  meanwhile: 'A tour of 90 seconds',
  meanwhileShows: 'shows meanwhile what the model will read.',

  you: 'You',
  supporter: 'Supporter',
  youWrote: 'You wrote',
  supporterWrote: 'Supporter wrote',
  writing: 'The supporter is writing.',
  smallModel: 'This model has 135 million parameters: it often misses the point.',
  largerOne: 'Use a larger one',
  reading: 'Reading…',
  readingTokens: (n: number) => `Reading ${count(n, 'token', 'tokens')}…`,
  foldWriting: 'The model is writing a reply of its own.',
  foldWritten: 'The model has written a reply of its own. It can miss what matters here.',
  foldNothing: 'The model wrote nothing.',
  /** Beside what the model wrote after a message that signals danger. */
  ownWarning: 'Written by the model, which cannot judge danger. Nobody has checked it.',
  afterDanger: 'If you are still in danger: a model cannot judge that. A person can help.',
  showOwn: 'Show what the model wrote',
  hideOwn: 'Hide what the model wrote',
  copy: 'Copy',
  copyMarkdown: 'Copy as Markdown',
  edit: 'Edit',
  answer: 'Answer',
  again: 'Try again',
  lookInside: 'Look inside',
  resume: 'Continue',
  jump: 'Jump to the latest',
  /** What is said about a reply that is incomplete. */
  ends: {
    stopped: 'Stopped early.',
    length: 'Cut off at the length limit.',
    filtered: 'Stopped by the server’s content filter.',
    lost: 'Interrupted. What arrived is kept.',
    nothing: 'No reply arrived.',
  },
  messageVersions: 'Versions of this message',
  replyVersions: 'Versions of this reply',
  earlier: 'Earlier version',
  later: 'Later version',
  version: 'Version',
  editMessage: 'Edit your message',
  editBranches: 'Saving starts a new branch. You can switch back to the old one.',
  saveAndAnswer: 'Save and answer',
  helped: 'This reply helped',
  didNotHelp: 'This reply did not help',
  why: 'Why, in a few words',
  whyPlaceholder: 'Why? Stays in this browser.',

  /** Marks of messages that the model no longer reads in full. */
  fates: { left: 'no longer read', summarised: 'in the notes', shortened: 'shortened', quoted: 'quoted again' },
  /** The same about several messages: the first of a list, and those that follow it. */
  above: (list: string) => `Above, ${list}`,
  messages: (n: number) => count(n, 'message', 'messages'),
  became: {
    left: ['is no longer read', 'are no longer read'],
    summarised: ['is in the model’s notes', 'are in the model’s notes'],
    shortened: ['is shortened', 'are shortened'],
    quoted: ['is quoted again', 'are quoted again'],
  },

  readNew: 'Tokens of the context that were new; the rest was still in memory',
  strategy: 'The strategy that the model named before it replied',
  sampling: (now: number, all: number) => `writing ${now} of ${all}`,
  withExchanges: (n: number) => `with ${count(n, 'similar exchange', 'similar exchanges')}`,
  chosenFrom: (n: number) => `chosen from ${n}`,
  plain: 'plain, see context',
  pieces: (n: number) => `in ${count(n, 'piece', 'pieces')}`,
  read: (n: number) => `read ${count(n, 'token', 'tokens')}`,
  perSecond: (rate: string) => `${rate} tok/s`,
  firstIn: (time: string) => `first in ${time}`,
  wholeIn: (time: string) => `whole in ${time}`,
  seed: (seed: string) => `seed ${seed}`,

  search: 'Search conversations',
  rename: 'Rename',
  renameNamed: (title: string) => `Rename ${title}`,
  remove: 'Delete',
  removeNamed: (title: string) => `Delete ${title}`,
  nameOf: 'Name of the conversation',
  noneFound: 'No conversation contains these words.',
  noneYet: 'Nothing here yet. Your first message starts a conversation.',
  dropHere: 'Conversations; drop an export here to import it',
  exportAll: 'Export',
  exportRatings: 'Export ratings',
  exportRatingsAs: 'Saves helpful and unhelpful replies as preference pairs for TRL’s DPO trainer',
  import: 'Import',
  removeAll: 'Delete all',
  removeAllHead: 'Delete all conversations?',
  removeAllBody: 'They will be erased from this browser for good. Export them first if you might want them again.',
  removed: (title: string) => `Deleted “${title}”.`,
  noPairs: 'There is no pair yet. Press Try again at a reply, then mark one version as helpful and another as not.',
  importing: (file: string) => `Importing ${file}`,
  importedOf: (done: string, of: string) => `${done} of ${of}`,
  /** What a screen reader says now and then. */
  importedShare: (share: string) => `${share} imported`,
  /** `counts` says what was imported. */
  importStopped: (done: string, of: string, counts: string) =>
    `Import stopped after ${done} of ${of}: ${counts}. They stay here.`,
  importStoppedEarly: 'Import stopped. Nothing was imported.',
  importStoppedToDelete: 'Import stopped, because all conversations are being deleted.',
  imported: (n: number) => `${count(n, 'conversation', 'conversations')} imported`,
  alreadyHere: (n: number) => count(n, 'already here', 'already here'),
  missing: 'This conversation is not in this browser. If another browser has it, export it there and import it here.',

  linkChanged: 'The link changed the settings of this chat',
  linkPrompt: 'It also tells the model how to treat you:',

  brokenEntry: 'Part of this message could not be shown. Its text is above and has been kept.',
  brokenEntryTodo:
    'Keep writing, or reload the page. If this happens again, export the conversation and report this message.',
  failed: {
    open: 'The conversation could not be opened.',
    reply: 'The reply could not be written.',
    compress: 'The context could not be compressed.',
    reread: 'What another tab added could not be read.',
    keep: 'The conversation could not be saved; it is kept only on this page.',
    rename: 'The conversation could not be renamed.',
    flush: 'The reply could not be saved.',
    remove: 'The conversation could not be deleted.',
    removeAll: 'The conversations could not be deleted.',
    exportAll: 'The conversations could not be exported.',
    exportRatings: 'The ratings could not be exported.',
    import: 'The file could not be imported.',
    restore: 'The conversation could not be restored.',
    list: 'The conversations could not be read.',
  },
  failedTodo: 'Try again. If it happens again, reload the page.',
  reloadTodo: 'Reload the page and try again.',
};
