/** A notebook that comes with the lab. */
export interface CatalogueEntry {
  /** Its address, and the name of its file in notebooks/. */
  name: string;
  title: string;
  summary: string;
}

/** The notebooks that come with the lab, in the order in which they are best read. */
export const CATALOGUE: readonly CatalogueEntry[] = [
  {
    name: 'the-paper-live',
    title: 'The paper, live',
    summary: 'Every table and figure beside what was measured here, with intervals, and where its numbers disagree.',
  },
  {
    name: 'compression-playground',
    title: 'Compression playground',
    summary: 'One dialogue, a slider for the budget: what fits, what is lost, what the model still answers.',
  },
  {
    name: 'which-words-matter',
    title: 'Which words matter',
    summary: 'Drop one part of speech at a time and see the loss of the supporter’s own reply move.',
  },
  {
    name: 'loss-curves',
    title: 'Loss curves',
    summary: 'The trainer’s runs, or any metrics file that you drop in.',
  },
  {
    name: 'fine-tune-in-this-tab',
    title: 'Fine-tune in this tab',
    summary: 'A small adapter trained live, its loss curve, and the model before and after.',
  },
  {
    name: 'judging-the-judge',
    title: 'Judging the judge',
    summary: 'Can a small model rate support? Repeats, order and length put its scores to the test.',
  },
  {
    name: 'bring-your-own-data',
    title: 'Bring your own data',
    summary: 'Drop a file of dialogues: what was read, what was wrong with it, how long it is, what compression saves.',
  },
];
