/** What can happen to whatever a notebook reads. */
const CAUTION =
  'The sandbox stops it from sending messages or loading anything, but the browser may look up a host that the ' +
  'notebook names, and such a name can carry a few words. What it shows can also end up in an export or a ' +
  'screenshot. Allow it only if you know who wrote the notebook and why it needs this.';

/** The list of notebooks, and what stands around an open one. Its own text and controls are English. */
export const notebooks = {
  one: 'Notebook',
  lead: 'Text with live code that runs on this machine. Change a cell, and everything that depends on it updates.',
  builtIn: 'Included with the lab',
  edited: 'edited by you',
  unfinished: ', did not finish last time',
  restore: 'Restore',
  restoreNamed: (title: string) => `Restore ${title}`,
  own: 'Yours',
  create: 'New notebook',
  fromFile: 'from a file, ',
  removeNamed: (title: string) => `Delete ${title}`,
  dropHere: 'Drop a notebook here. Its code does not run until you say so.',
  untitled: 'Untitled',
  copyOf: (title: string) => `${title} (copy)`,

  all: 'All notebooks',
  ownVersion: 'Your edited version, kept in this browser',
  restoreOriginal: 'Restore the original',
  copyLink: 'Copy link',
  copy: 'Copy',
  export: 'Export',
  attach: 'Attach files',
  save: 'Save with outputs',
  saveShows: 'One HTML file with figures and tables, which opens without the lab',
  withOutputs: (title: string) => `${title} with outputs`,
  saved: (day: string) =>
    `Saved from Solace Lab on ${day}, with the outputs of that moment. Nothing on this page runs.`,
  code: 'Code',
  linkRefused: (name: string) => `The link’s ${name} cannot be used here.`,
  linkMissing: (name: string) => `“${name}” of the link is not offered by this version of the notebook.`,

  attached: 'Attached, kept in this browser; cells read them with',
  remove: (name: string) => `Remove ${name}`,
  removed: (name: string) => `Removed ${name}.`,
  replaced: (names: string) => `Replaced ${names}.`,
  deleted: (name: string) => `${name} deleted.`,
  notebookDeleted: (title: string) => `“${title}” deleted.`,
  restored: 'Restored the original.',

  model: 'The model of this notebook',
  mustFetch: (model: string, size: string) =>
    `This notebook uses ${model}, which has to be fetched once: ${size}. It is then kept on this device.`,
  fetchNow: 'Fetch it now',
  notNow: 'Not now',

  frame: (title: string) => `Notebook: ${title}`,
  imported: 'This notebook came from a file, and its code has not run.',
  importedMeans:
    'Read it below. If you run it, it stays in a sandbox: it cannot reach the network, your conversations or your ' +
    'keys, but it can use the model in this page and this machine’s time.',
  unfinishedHead: 'This notebook did not finish last time, so it was opened without running.',
  unfinishedMeans: 'One of its cells may never end: change it, then run the notebook.',
  runImported: 'Run this notebook',
  run: 'Run',

  allowHead: 'Allow this notebook?',
  /** Follow the notebook's title. */
  asks: {
    conversations: 'asks to read your conversations.',
    datasets: 'asks to read the datasets that you imported.',
    runs: 'asks to read your evaluation runs.',
    models: 'asks to see the models that you added.',
    endpoint: 'asks to send text to your endpoint.',
  },
  means: {
    conversations: `Its code will see every message that is stored in this browser. ${CAUTION}`,
    datasets: `Its code will see the dialogues that you imported into this browser. ${CAUTION}`,
    runs:
      'Its code will see the runs that are stored in this browser: their plans, the original replies of the ' +
      `dataset, the replies of the models and the judges’ scores. ${CAUTION}`,
    models:
      'Its code will see the names and sizes of the models and adapters that you added, not their files. It does ' +
      `not see keys or addresses of endpoints. ${CAUTION}`,
    endpoint:
      'The chosen model runs behind an endpoint. What the notebook writes is sent there with your key, as often as ' +
      'the notebook wants, and may cost money. The notebook does not see the key.',
  },
  untilYouLeave: 'Your answer applies until you leave this notebook.',
  refuse: 'Don’t allow',
  allow: 'Allow',
};
