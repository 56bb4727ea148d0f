/** What the figures of a dataset say in English; a page in another language gives its own words. */
export const DATASET_WORDS = {
  utterances: 'utterances in a dialogue',
  dialogues: 'dialogues',
  /** Under the pointer: dialogues of `from` to `to` utterances. */
  oneLength: (utterances: number, dialogues: string) => `${utterances} utterances: ${dialogues} dialogues`,
  lengths: (from: number, to: number, dialogues: string) => `${from} to ${to} utterances: ${dialogues} dialogues`,
  words: 'words in an utterance',
  share: '% of the speaker’s utterances',
  seeker: 'seeker',
  supporter: 'supporter',
  shareOf: (speaker: string, percent: string, from: number, to: number) =>
    `${speaker}: ${percent} % have ${from} to ${to} words`,
};
