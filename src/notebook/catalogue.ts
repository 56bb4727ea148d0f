/** A notebook that comes with the lab. */
export interface CatalogueEntry {
  /** Its address, and the name of its file in notebooks/. */
  name: string;
  title: string;
  summary: string;
}

/** The notebooks that come with the lab, in the recommended reading order. */
export const CATALOGUE: readonly CatalogueEntry[] = [
  {
    name: 'the-paper-live',
    title: 'The paper, live',
    summary: 'Every table and figure next to what was measured here, with intervals, and where its numbers disagree.',
  },
  {
    name: 'compression-playground',
    title: 'Compression playground',
    summary: 'One dialogue and a slider for the budget: what fits, what is lost, and how the model still replies.',
  },
  {
    name: 'which-words-matter',
    title: 'Which words matter',
    summary: 'Drop one part of speech at a time and see how the loss of the supporter’s own reply changes.',
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
    summary: 'Can a small model rate support? Repetition, order and length put its scores to the test.',
  },
  {
    name: 'bring-your-own-data',
    title: 'Bring your own data',
    summary:
      'Drop a file of dialogues: what was read, what was wrong with it, how long it is, and what compression saves.',
  },
];
