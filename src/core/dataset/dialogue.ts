/** Who speaks: the person seeking support, or the supporter (the role the model plays). */
export type Speaker = 'seeker' | 'supporter';

/** One utterance of a dialogue as its author wrote it. */
export interface Utterance {
  speaker: Speaker;
  text: string;
  /** The support strategy that the dataset annotates, under the dataset's own name. */
  strategy?: string | undefined;
  /** The emotion of this utterance, if the dataset annotates each one (DailyDialog). */
  emotion?: string | undefined;
  /** The dialogue act, e.g. `question` (DailyDialog). */
  act?: string | undefined;
}

/** A dialogue of a dataset, whatever its file format. */
export interface Dialogue {
  /** Unique within its dataset: the record's own id, or its number (`dialogue 12`). Older runs name file and line. */
  id: string;
  utterances: Utterance[];
  /** Its topic: ExTES's scene, ESConv's problem type. */
  scene?: string | undefined;
  /** The seeker's emotion as the dataset names it. */
  emotion?: string | undefined;
  /** What the seeker wrote beforehand, or a description of the conversation. */
  situation?: string | undefined;
  /** Answers to the dataset's own questionnaire, by question, e.g. ESConv's `initial_emotion_intensity`. */
  survey?: { seeker: Record<string, number>; supporter: Record<string, number> } | undefined;
}
