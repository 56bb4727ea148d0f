/** The page about the lab, what is stored, and versions. A text in parts stands around a link or an emphasis. */
export const about = {
  what: 'What this is',
  builtAround: 'A lab for small, emotionally supportive chat models, built around the paper',
  builtAroundWhich: '(anonymous ACL submission, 2024).',
  whatRuns:
    'A real model runs in this page, on your machine. You can talk to it, watch what it reads, and see how its ' +
    'replies change when its context is compressed:',
  whatNot: 'What this is not',
  notTherapy:
    'It is not a therapist, not a medical device and not a crisis service. The model is small: it repeats itself, ' +
    'forgets, makes things up and can miss how serious something is. Nobody is reading along, and nobody can step ' +
    'in. If you or someone near you is in danger, call your local emergency number or one of these lines;',
  listsMore: 'lists more.',
  lines: 'Lines by country',
  leaves: 'What leaves this machine',
  nothing:
    'Nothing. The page, the model and your conversations stay in this browser; there is no account, no tracking and ' +
    'no log. There are two exceptions, and both are your choice on the Models page: an',
  endpoint: 'endpoint',
  endpointReceives: ' you add receives the conversations you have with it, and the host of a',
  modelAddress: 'model address',
  hostSees: ' you enter sees the download.',
  key: 'A key for an endpoint is kept in memory until you close the tab, unless you ask for it to be remembered.',

  stored: 'Stored in this browser',
  takes: 'The lab, its models and your conversations take',
  allows: 'The browser allows',
  unknown: 'This browser does not say how much.',
  exportAll: 'Export all conversations',
  dropHere: 'Drop an export here to import its conversations.',
  erase: 'Erase everything',
  eraseHead: 'Erase everything?',
  eraseBody:
    'Conversations, comparisons, notebooks, settings, remembered keys and stored models are deleted from this ' +
    'browser. There is no copy anywhere else, so this cannot be undone. Export first if you might want your ' +
    'conversations again.',

  thisLab: 'This lab',
  version: 'Version',
  offline: 'Offline use',
  offlinePhases: {
    unavailable: 'not available in this browser or window',
    preparing: 'being prepared',
    ready: 'ready',
    incomplete: 'incomplete; continues on your next visit',
  },
  threads: 'Wasm threads',
  yes: 'yes',
  no: 'no',
  threadsUnsupported: 'no: this browser does not support them',
  threadsNotIsolated: 'no: the page is not isolated',
  softwareOnly: (description: string) => `in software only (${description})`,
  update: 'Update to the new version',
  licence:
    'The code is under the MIT licence. README.md and docs/ in the source explain how it is built and how to bring ' +
    'your own model. Third-party components are listed in the',
  notices: 'third-party notices',
  licenceEnd: '.',
};
