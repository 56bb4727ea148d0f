/** Look inside: how likely each word of a reply was, and what dropped words would have changed. */
export const look = {
  inside: 'Inside this reply',
  closeKey: 'Close (Esc)',
  reading: 'Reading the conversation again…',
  point: 'Point at a word, or use the arrow keys: the darker its ground, the less the model expected it.',
  words: 'Words of the reply',
  space: 'Space',
  lineBreak: 'Line break',
  /** Follows a word in quotation marks. */
  probability: (share: string) => `had a probability of ${share}.`,
  noAlternatives: 'This engine does not report which other words were likely.',

  likeliest: 'The likeliest words here, as the model sees them and with these settings',
  word: 'Word',
  model: 'Model',
  withSettings: 'With these settings',
  chosen: '(chosen)',

  dropped: 'Dropped words',
  droppedHead: 'What the dropped words would have changed',
  weighing: (done: number, all: string) => `${done} of ${all} words put back and read again.`,
  stop: 'Stop',
  weighHint:
    'Each word that compression dropped is put back, and the same reply is read again: was it easier to expect? The ' +
    'model reads the conversation once for each word.',
  weigh: 'Weigh them',
  nothingDropped: 'No word was dropped from what the model read.',
  change: 'Change of the loss, nats per token',
  changeHint: 'A fall of the loss means that the word would have helped; one reply is an example, not an average.',

  failed: 'The reply could not be examined.',
};
