/** Who speaks: the person seeking support, or the supporter (the role the model plays). */
export type Speaker = 'seeker' | 'supporter';

/** One turn of a dialogue as its author wrote it. */
export interface Utterance {
  speaker: Speaker;
  text: string;
  /** The support strategy the dataset annotates, in the dataset's own words. */
  strategy?: string;
}
